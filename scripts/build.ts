/** `npm run build`: the Worker and the client for `wrangler deploy`, in build/current. */
import { ensureBuild } from "./runtime/build.ts";

const { id } = await ensureBuild(() => console.log("Building …"));
console.log(`build/current is the build of these sources (${id}).`);
