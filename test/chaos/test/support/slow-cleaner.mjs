// A program that takes a while to undo what it did. First argument: a file that it writes when that is done.
import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { runProgram, say } from '@montana/chaos/program'

const CLEANING_MS = 1_500
const SAY_EVERY_MS = 50

await runProgram('TEST_BROKEN', async ([file], signal) => {
  try {
    for (;;) {
      say('working')
      await sleep(SAY_EVERY_MS, undefined, { signal })
    }
  } finally {
    say('cleaning')
    await sleep(CLEANING_MS)
    writeFileSync(file, 'cleaned')
  }
})
