import { fuzzGroups } from './support/groups.js'

const DAY_MS = 86_400_000
/** Of the day, so that each run tries what the one before did not; MONTANA_FUZZ_SEED repeats one. */
const seed = Number(process.env.MONTANA_FUZZ_SEED ?? Math.floor(Date.now() / DAY_MS))
process.stdout.write(`fuzzing with seed ${seed}\n`)

/** Reliability goal 16 and the issue: ten minutes of each group, which its targets share. */
fuzzGroups(600, seed)
