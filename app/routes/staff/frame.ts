/** What a page tells the frame around it: its connection when that is not fine, and its own keys for the help. */
import { createContext, useContext, useEffect } from "react";
import type { Connection } from "../../components/live.tsx";
import type { KeyHelp } from "../../components/staff-shell.tsx";

export interface FrameNews {
  readonly connection?: Connection;
  readonly pageKeys?: readonly KeyHelp[];
}

export const FrameContext = createContext<(news: FrameNews) => void>(() => {});

/** `pageKeys` must be the same list between renders. */
export function useFrame({ connection, pageKeys }: FrameNews): void {
  const tell = useContext(FrameContext);
  useEffect(() => tell({ connection, pageKeys }), [tell, connection, pageKeys]);
  useEffect(() => () => tell({}), [tell]);
}
