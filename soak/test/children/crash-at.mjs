// One poll that is killed at its Nth change to a file: before it, or right after. Prints the record's sequence number
// where it lives to the end.
import { createPoller } from '@montana/soak'
import { journalFiles } from '../../dist/journal/files.js'

const [path, spoolDir, statusUrl, wallMs, at, when] = process.argv.slice(2)
let changes = 0

async function crashing(work) {
  const isHere = changes++ === Number(at)
  if (isHere && when === 'before') process.kill(process.pid, 'SIGKILL')
  const result = await work()
  if (isHere) process.kill(process.pid, 'SIGKILL')
  return result
}

const files = {
  replace: (name, content) => crashing(() => journalFiles.replace(name, content)),
  rename: (from, to) => crashing(() => journalFiles.rename(from, to)),
  remove: (name) => crashing(() => journalFiles.remove(name)),
  openAppend: async (name) => {
    const file = await crashing(() => journalFiles.openAppend(name))
    return {
      write: (data) => crashing(() => file.write(data)),
      datasync: () => crashing(() => file.datasync()),
      truncate: (length) => crashing(() => file.truncate(length)),
      close: () => file.close(),
    }
  },
}
const time = { wallMs: () => Number(wallMs), monotonicMs: () => performance.now() }
const options = { path, spoolDir, nodes: [{ label: 'moscow', statusUrl }], retentionDays: 1 }
process.stdout.write(String((await createPoller(options, { files, time }).poll()).seq))
