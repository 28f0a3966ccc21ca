/** Made by the build: where the words of each language are. */
declare module "virtual:messages" {
  export const messageFiles: Readonly<Record<"en" | "es", string>>;
}
