import { readFile } from "node:fs/promises";
await readFile("/nowhere");
