/** Files of reads at the real pages: one is sent by hand, a table of nobody's is mapped from a sample and then sent; without a script as well. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { useStage } from "./harness.ts";
import { looked } from "./looked.ts";
import { administratorAtWork, prepareOneHouse } from "./one-house.ts";

const stage = useStage({ prepare: async (meterline) => void (await prepareOneHouse(meterline)) });

const atWork = (options?: Parameters<typeof stage.person>[0]): Promise<Page> => administratorAtWork(stage, options);

/** Some hours ago, on the wall clock of Chicago or in UTC. */
const ago = (hours: number): Date => new Date(Math.floor(Date.now() / 3_600_000 - hours) * 3_600_000);
const stamp = (at: Date): string => at.toISOString().replace(/[-T:]/g, "").slice(0, 12);
const file = (name: string, text: string) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) });

test("a file is sent by hand: each line that is no read is listed, and sent again it is the same", async () => {
  stage.expectComplaint(/status of 422/);
  const page = await atWork();
  await page.goto("/staff/files");
  await page.getByText("No file has arrived yet").waitFor();
  const text = ["W1", "X9"].map((meter) => `MEPMD01,19970819,H,T,R,${meter},202606101200,${meter},OK,W,GALREG,1,,2,${stamp(ago(30))},R0,5000,${stamp(ago(29))},R0,oops`).join("\n");
  const send = async () => {
    await page.goto("/staff/files");
    await page.getByLabel("File", { exact: true }).setInputFiles(file("town.cmep", text));
    await page.getByText("How it is to be read").click();
    await page.getByLabel(/^Time zone/).fill("UTC");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("heading", { name: "town.cmep" }).waitFor();
  };
  await send();
  await page.getByText("CMEP, MEPMD01 and MEPMD02").waitFor();
  expect(await page.getByRole("row").filter({ hasText: "is not a number" }).count()).toBe(2);
  await page.getByRole("link", { name: "No meter has the number X9." }).waitFor();
  await looked(page, "file");
  await send();
  await page.getByText("This file was here before").waitFor();
  await page.goto("/staff/files");
  await page.getByRole("row", { name: /town\.cmep.*Ada Lindqvist.*Taken in/ }).waitFor();
  await looked(page, "files");
  await page.getByLabel("File", { exact: true }).setInputFiles(file("picture.png", "\0\0\0"));
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("alert").getByText("is not text").waitFor();
});

const TABLE = `Exported by the town\nBadge;When;Reading;State\nW1;${ago(20).toISOString()};5.010,5;ok\nW1;${ago(19).toISOString()};none;ok\n`;

test.each([true, false])("a table of nobody's is mapped from a sample, tried, saved and used (script: %s)", async (script) => {
  stage.expectComplaint(/status of 422/);
  if (!script) stage.expectComplaint(/\.js csp$/);
  const name = script ? "town-export" : "town-export-2";
  const page = await atWork({ javaScriptEnabled: script });
  await page.goto("/staff/files/mappings/new");
  await page.getByLabel("File", { exact: false }).first().setInputFiles(file("town.csv", TABLE));
  await page.getByRole("button", { name: "Show what becomes of it" }).click();
  await page.getByText("The sample has Badge, When, Reading, State").waitFor();
  if (script) await looked(page, "mapping-wrong");
  await page.getByLabel("Meter number").fill("Badge");
  await page.getByLabel("What the dials showed").check();
  await page.getByLabel("Date, or date and time").fill("When");
  await page.getByLabel("Value", { exact: true }).fill("Reading");
  await page.getByLabel("Unit", { exact: true }).first().fill("gal");
  await page.getByText("Flags, failures and the table itself").click();
  await page.getByLabel("Decimals are written with a comma").check();
  await page.getByRole("button", { name: "Show what becomes of it" }).click();
  await page.getByText("Reads: 1. Refused: 1. Without a value: 0.").waitFor();
  await page.getByRole("cell", { name: "5010.5 gal" }).waitFor();
  if (script) await looked(page, "mapping");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Save the mapping" }).click();
  await page.getByRole("row", { name: new RegExp(`${name} 1 `) }).waitFor();
  if (script) await looked(page, "mappings");

  await page.goto("/staff/files");
  await page.getByLabel("File", { exact: true }).setInputFiles(file(`${name}.csv`, TABLE));
  await page.getByLabel(/^Mapping/).selectOption(name);
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("heading", { name: `${name}.csv` }).waitFor();
  await page.getByRole("link", { name: `${name}, version 1` }).waitFor();
  await page.getByText("is not a number").waitFor();
});
