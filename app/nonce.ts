import { createContext, useContext } from "react";

/** The document's nonce while it is rendered on the server. Browsers hide it from scripts, so it is empty there. */
export const NonceContext = createContext<string | undefined>(undefined);

/** For scripts and styles that a component writes inline: `<script nonce={useNonce()}>`. */
export function useNonce(): string | undefined {
  return useContext(NonceContext);
}
