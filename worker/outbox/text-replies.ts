/**
 * Answers to texts. The text service puts each into the store as `mail/replies/NAME.json`, `{"from": "+13195550142", "text": "STOP"}`;
 * what asks to end texts, to begin them again or for help is done, and the answer is taken away. What is none of these is passed over.
 */
import { settingsOn, todayOf } from "../../db/utility.ts";
import { UnavailableError } from "../../db/port.ts";
import { parsePhone, replyWord } from "../../domain/lifecycle/notice.ts";
import type { World } from "../operations/context.ts";
import type { FileStore } from "../operations/files/receive.ts";
import { takeReplyWord } from "../operations/notices.ts";
import { helpText } from "./notice-words.ts";

const REPLIES = "mail/replies/";
/** Answers of one round; the next minute goes on. */
const ROUND_MAX = 100;
/** An answer is a word. */
const REPLY_BYTES_MAX = 4_096;

/** Called every minute. */
export async function takeTextReplies(world: World, files: FileStore): Promise<number> {
  const { objects } = await files.list({ prefix: REPLIES, limit: ROUND_MAX });
  for (const { key } of objects) {
    try {
      await takeReply(world, files, key);
    } catch (error) {
      if (error instanceof UnavailableError) throw error;
      console.error(`text reply ${key} was left out: ${String(error)}`);
    }
    await files.delete(key);
  }
  return objects.length;
}

async function takeReply(world: World, files: FileStore, key: string): Promise<void> {
  const object = await files.get(key);
  if (object === null) return;
  if (object.size > REPLY_BYTES_MAX) throw new RangeError("it is longer than an answer");
  const reply = JSON.parse(await new Response(object.body as ReadableStream).text()) as { readonly from?: unknown; readonly text?: unknown };
  const phone = typeof reply.from === "string" ? parsePhone(reply.from) : null;
  const word = typeof reply.text === "string" ? replyWord(reply.text) : null;
  if (phone === null) throw new TypeError("it does not say from which number it comes");
  if (word === null) return;
  if (word !== "help") return void (await takeReplyWord(world, key.slice(REPLIES.length), phone, word));
  const now = world.now();
  const { name, phone: utilityPhone } = (await settingsOn(world.port, await todayOf(world.port, now), now)).utility;
  const [reader] = await world.port.query<{ language: string }>("SELECT u.language FROM text_number AS n JOIN auth_user AS u ON u.id = n.user_id WHERE n.phone = ?", [phone]);
  const letter = { channel: "text", to: phone, subject: "", text: helpText(reader?.language === "es" ? "es" : "en", name, utilityPhone) };
  await files.put(`mail/text/${new Date(now).toISOString().slice(0, 10)}/help-${key.slice(REPLIES.length)}`, JSON.stringify(letter, null, 2));
}
