/** Value columns that the form of a mapping has room for; one with more is pasted as a document. */
export const VALUE_ROWS = 4;
