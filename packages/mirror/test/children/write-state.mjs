// Writes one file many times: node write-state.mjs FILE mirrors|heartbeat|hold COUNT

import { withFileLock } from '../../dist/files/file-lock.js'
import { heartbeat, writeState } from '../../dist/index.js'

const [file, what, count] = process.argv.slice(2)
if (what === 'hold') {
  await withFileLock(file, async () => {
    process.stdout.write('held\n')
    await new Promise((resolve) => setTimeout(resolve, 600_000))
  })
}
for (let turn = 1; turn <= Number(count); turn++) {
  if (what === 'heartbeat') await heartbeat(file, turn * 1000)
  else await writeState(file, { schema: 2, self_role: 'MASTER', epoch: turn, slaves: [] })
}
process.stdout.write('done\n')
