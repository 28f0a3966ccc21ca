/** Value columns that the form of a mapping has room for; one with more is saved from the command line's document. */
export const VALUE_ROWS = 4;
