import { readFile } from 'node:fs/promises'
import { z } from 'zod'

const headSchema = z.object({
  run_id: z.string(),
  seq: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

/** The last acknowledged line and the length of the file with it: spec operations 3.5. */
export type Head = z.infer<typeof headSchema>

/** Undefined where it is missing or unreadable. */
export async function readHead(path: string): Promise<Head | undefined> {
  try {
    return headSchema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data
  } catch {
    return undefined
  }
}

export function headText(head: Head): string {
  return `${JSON.stringify(head)}\n`
}
