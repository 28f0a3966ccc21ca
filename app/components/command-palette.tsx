/** Commands by name: go somewhere, do something, or search for what was typed. Loaded when it is first asked for. */
import { useState } from "react";
import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { useNavigate } from "react-router";
import { Icon } from "./icons.tsx";
import type { StaffCommand } from "./staff-shell.tsx";

/** As many as fit a screen without scrolling far. */
const SHOWN_MAX = 12;

/** Every word that was typed occurs in the label; labels that begin with the text come first. */
export function matching(commands: readonly StaffCommand[], typed: string): StaffCommand[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const starts = (command: StaffCommand) => (words[0] && command.label.toLowerCase().startsWith(words[0]) ? 0 : 1);
  return commands
    .filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)))
    .sort((a, b) => starts(a) - starts(b))
    .slice(0, SHOWN_MAX);
}

export default function CommandPalette({ open, onClose, commands, searchAction }: {
  open: boolean; onClose: () => void; commands: readonly StaffCommand[]; searchAction: string;
}) {
  const [typed, setTyped] = useState("");
  const navigate = useNavigate();
  const search: StaffCommand[] = typed.trim()
    ? [{ to: `${searchAction}?${new URLSearchParams({ q: typed.trim() })}`, label: `Search for “${typed.trim()}”`, icon: "search" }]
    : [];
  const close = () => { setTyped(""); onClose(); };
  const go = (command: StaffCommand) => { close(); void navigate(command.to); };
  return (
    <Dialog.Root open={open} onOpenChange={(next) => { if (!next) close(); }}>
      <Dialog.Portal>
        <Dialog.Backdrop className="palette-back" />
        <Dialog.Popup className="palette menu" aria-label="Commands" data-density="staff">
          <Autocomplete.Root open inline mode="none" autoHighlight="always" keepHighlight
            items={[...matching(commands, typed), ...search]} itemToStringValue={(command: StaffCommand) => command.label}
            value={typed} onValueChange={(value, { reason }) => { if (reason !== "item-press") setTyped(value); }}>
            <div className="palette-head">
              <Icon name="search" />
              <Autocomplete.Input className="palette-input" aria-label="Go to, do, or search" placeholder="Go to, do, or search" />
              <kbd aria-hidden="true">Esc</kbd>
            </div>
            <Autocomplete.List className="palette-list">
              {(command: StaffCommand) => (
                <Autocomplete.Item key={command.to} value={command} className="menu-item" onClick={() => go(command)}>
                  <Icon name={command.icon ?? "right"} /><span>{command.label}</span>
                  {command.hint ? <span className="menu-hint">{command.hint}</span> : null}
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
