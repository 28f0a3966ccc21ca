/**
 * A MultiSpeak head-end on loopback, for tests: it takes what meters are asked, keeps it, and answers as it should or as badly
 * as head-ends do. What it tells afterwards is posted by the test, in the order that the story wants.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export const NAMESPACE = "http://www.multispeak.org/Version_3.0";

/** How it answers a question. */
export type Behaviour = "takes" | "refuses" | "fault" | "trouble" | "unknown-user" | "html" | "cut-off" | "giant" | "elsewhere" | "silent";

export interface Asked {
  readonly operation: string;
  readonly action: string;
  readonly body: string;
}

export interface TestHeadEnd {
  readonly url: string;
  /** What it was asked, oldest first. */
  readonly asked: readonly Asked[];
  behaviour: Behaviour;
  close(): Promise<void>;
}

export async function openHeadEnd(): Promise<TestHeadEnd> {
  const asked: Asked[] = [];
  const state: { behaviour: Behaviour } = { behaviour: "takes" };
  const server = createServer((request, response) => void answer(request, response, asked, state.behaviour));
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/MR_Server.asmx`,
    asked,
    get behaviour() {
      return state.behaviour;
    },
    set behaviour(next: Behaviour) {
      state.behaviour = next;
    },
    close: () => closed(server),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, asked: Asked[], behaviour: Behaviour): Promise<void> {
  let body = "";
  for await (const piece of request) body += String(piece);
  const action = String(request.headers["soapaction"] ?? "").replaceAll('"', "");
  const operation = action.slice(action.lastIndexOf("/") + 1);
  asked.push({ operation, action, body });
  const send = (status: number, text: string, type = "text/xml; charset=utf-8", headers: Record<string, string> = {}) => void response.writeHead(status, { "content-type": type, ...headers }).end(text);
  switch (behaviour) {
    case "takes": return send(200, answered(operation, ""));
    case "refuses": return send(200, answered(operation, '<errorObject objectID="E1" errorString="Meter E1 has no switch." nounType="Meter" eventTime="2026-03-10T15:00:00Z" />'));
    case "fault": return send(500, faulty("soap:Client", "Server did not recognize the value of HTTP Header SOAPAction."));
    case "trouble": return send(500, faulty("soap:Server", "The queue of the network is full."));
    case "unknown-user": return send(401, "Access is denied.", "text/plain");
    case "html": return send(200, "<!DOCTYPE html><html><head><title>Sign in</title></head><body><br>Welcome</body></html>", "text/html");
    case "elsewhere": return send(302, "", "text/html", { location: "http://127.0.0.1:9/" });
    case "giant": return send(200, answered(operation, " ".repeat(400 * 1024)));
    case "cut-off":
      response.writeHead(200, { "content-type": "text/xml", "content-length": "5000" });
      response.write(answered(operation, "").slice(0, 120));
      return void setTimeout(() => response.destroy(), 20);
    case "silent": return undefined;
  }
}

const soap = (body: string): string => `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>${body}</soap:Body></soap:Envelope>`;
const answered = (operation: string, errors: string): string => soap(`<${operation}Response xmlns="${NAMESPACE}"><${operation}Result>${errors}</${operation}Result></${operation}Response>`);
const faulty = (code: string, text: string): string => soap(`<soap:Fault><faultcode>${code}</faultcode><faultstring>${text}</faultstring><detail /></soap:Fault>`);

let messages = 0;

/** A notification as a head-end posts it: a new envelope each time, whatever is in it. */
export function notification(operation: string, content: string, credential: { readonly keyId: string; readonly secret: string }): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">
<soap:Header><MultiSpeakMsgHeader Version="3.0" UserID="${credential.keyId}" Pwd="${credential.secret}" AppName="Test" Company="Test" MessageID="${(messages += 1)}" xmlns="${NAMESPACE}" /></soap:Header>
<soap:Body><${operation} xmlns="${NAMESPACE}">${content}</${operation}></soap:Body>
</soap:Envelope>`;
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => server.close(() => done()));
}
