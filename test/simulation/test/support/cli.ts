import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { PlantedReport } from '../../src/cli/run-planted.js'
import type { SeedsReport } from '../../src/cli/run-seeds.js'

const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'main.js')
/** A report names every failing seed with its history. */
const OUTPUT_MAX_BYTES = 64 * 1024 * 1024

const run = promisify(execFile)

/** Runs the simulator in a process of its own; its exit code must say what its report says. */
async function report(args: readonly string[]): Promise<unknown> {
  const options = { maxBuffer: OUTPUT_MAX_BYTES }
  const { stdout } = await run(process.execPath, [MAIN, ...args, '--json'], options).catch((error) => {
    if (error.code !== 1) throw error
    return error
  })
  return JSON.parse(stdout)
}

export async function simulate(...args: string[]): Promise<SeedsReport> {
  return (await report(args)) as SeedsReport
}

export async function searchPlanted(...args: string[]): Promise<PlantedReport> {
  return (await report(['--planted', ...args])) as PlantedReport
}
