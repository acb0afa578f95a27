import { open } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { formatTime, makeDirectory } from '@montana/foundation'

const AUDIT_FILE = 'audit.jsonl'

/** What somebody did by hand against a rule, one JSON line each, never changed afterwards. */
export async function audit(stateDir: string, atMs: number, facts: Readonly<Record<string, unknown>>): Promise<void> {
  const { uid, username } = userInfo()
  await makeDirectory(stateDir, 0o755)
  await using file = await open(join(stateDir, AUDIT_FILE), 'a', 0o644)
  await file.appendFile(`${JSON.stringify({ at: formatTime(atMs), by: username, uid, ...facts })}\n`)
  await file.datasync()
}
