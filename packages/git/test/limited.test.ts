import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ProcessLimits, runGit } from '../src/index.js'
import { makeFolder, plant } from './support/folder.js'

const MIB = 2 ** 20

async function run(source: string, limits: ProcessLimits, args: readonly string[] = []) {
  const folder = makeFolder()
  return { folder, ...(await runGit(folder, args, { program: plant(folder, source), limits })) }
}

describe('limits of a command', () => {
  it('end it at a file that is larger', async () => {
    const source =
      'import { writeFileSync } from "node:fs"\nwriteFileSync(process.argv[3] + "/file", Buffer.alloc(3 * 2 ** 20))'
    const { folder, code } = await run(source, { fileMaxBytes: MIB })
    expect(code).not.toBe(0)
    expect(statSync(join(folder, 'file')).size).toBeLessThanOrEqual(MIB)
  })

  it('hold for its children too', async () => {
    const source = [
      'import { spawnSync } from "node:child_process"',
      'import { openSync } from "node:fs"',
      'const file = openSync(process.argv[3] + "/file", "w")',
      'const { status } = spawnSync("head", ["-c", "3M", "/dev/zero"], { stdio: ["ignore", file, "ignore"] })',
      'process.exit(status === 0 ? 0 : 9)',
    ].join('\n')
    const { code } = await run(source, { fileMaxBytes: MIB })
    expect(code).toBe(9)
  })

  it.skipIf(process.platform !== 'linux')('are those of the system', async () => {
    const source = 'import { readFileSync } from "node:fs"\nprocess.stdout.write(readFileSync("/proc/self/limits"))'
    const { stdout } = await run(source, { memoryMaxBytes: 2_048 * MIB, fileMaxBytes: MIB })
    expect(stdout.toString()).toMatch(/Max data size +2147483648 +2147483648/)
    expect(stdout.toString()).toMatch(/Max file size +1048576 +1048576/)
    expect(readFileSync('/proc/self/limits', 'utf8')).not.toMatch(/Max file size +1048576/)
  })

  it('leave every word as it is', async () => {
    const source = 'process.stdout.write(JSON.stringify(process.argv.slice(-4)))'
    const words = ['a b', '$HOME; exit 3', '"', "'`id`"]
    const { stdout } = await run(source, { fileMaxBytes: MIB }, words)
    expect(JSON.parse(stdout.toString())).toEqual(words)
  })
})
