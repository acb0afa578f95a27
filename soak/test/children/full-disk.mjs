// Runs with a small file system of its own at DIR: fills it but for a few pages, polls, and prints what happened.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPoller, verifySoak } from '@montana/soak'

const [dir, spoolDir, pages] = process.argv.slice(2)
const PAGE_BYTES = 4096
const path = join(dir, 'soak.jsonl')
const ballast = join(dir, 'ballast')
const nodes = ['a', 'b', 'c', 'd'].map((label) => ({ label, statusUrl: 'http://127.0.0.1:1' }))
const poller = createPoller({ path, nodes, spoolDir })
const outcomes = []
await poller.poll()
for (let free = 0; free < Number(pages); free++) {
  fillBut(free)
  const before = readFileSync(path)
  const code = await poller.poll().then(
    () => 'ok',
    (error) => error.code,
  )
  const after = readFileSync(path)
  outcomes.push({
    code,
    kept: after.subarray(0, before.length).equals(before),
  })
  rmSync(ballast)
}
const last = await poller.poll()
const text = readFileSync(path, 'utf8')
const { verdict } = await verifySoak([path])
process.stdout.write(JSON.stringify({ outcomes, seq: last.seq, text, verdict }))

/** Takes all space, then gives `free` pages back. */
function fillBut(free) {
  let length = 0
  for (let step = PAGE_BYTES * 64; step >= PAGE_BYTES; step /= 2) {
    for (;;) {
      try {
        writeFileSync(ballast, Buffer.alloc(length + step))
        length += step
      } catch {
        break
      }
    }
  }
  writeFileSync(ballast, Buffer.alloc(Math.max(0, length - free * PAGE_BYTES)))
}
