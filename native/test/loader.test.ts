import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { loadBackend } from '@montana/native'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addonPath } from './support.js'

const built = addonPath ?? ''
const addonName = basename(built)

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'montana-native-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

function expectFallback(): void {
  const { backend, notice } = loadBackend({ directory })
  expect(backend.name).toBe('typescript')
  expect(notice).toMatch(/^SLOW CLOCK: .+$/)
  expect(() => loadBackend({ directory, force: 'native' })).toThrow(
    expect.objectContaining({ code: 'NATIVE_UNAVAILABLE' }),
  )
}

describe('the TypeScript backend is chosen, loudly, when the addon', () => {
  it('is absent', () => expectFallback())

  it.skipIf(!built)('is no library', () => {
    writeFileSync(join(directory, addonName), 'not a library')
    expectFallback()
  })

  it.skipIf(!built)('is cut short', () => {
    writeFileSync(join(directory, addonName), readFileSync(built).subarray(0, 5000))
    expectFallback()
  })

  it.skipIf(!built)('is of another CPU', () => {
    const library = readFileSync(built)
    // e_machine of the ELF header: s390x, which nobody tests on.
    library.writeUInt16LE(22, 18)
    writeFileSync(join(directory, addonName), library)
    expectFallback()
  })

  it.skipIf(!built)('is another addon', () => {
    const other = readFileSync(built)
    // The name under which it registers its class.
    const at = other.indexOf('Engine\0')
    other.write('Engone', at)
    writeFileSync(join(directory, addonName), other)
    expectFallback()
  })
})

it.skipIf(!built)('an addon elsewhere is used without a notice', () => {
  copyFileSync(built, join(directory, addonName))
  expect(loadBackend({ directory, force: 'native' }).backend.name).toMatch(/^native-/)
})

describe('MONTANA_NATIVE', () => {
  function choose(value: string) {
    const source = `import { loadBackend } from '${new URL('../dist/index.js', import.meta.url).href}'
      const { backend, notice } = loadBackend()
      console.log(JSON.stringify({ name: backend.name, notice }))`
    const env = { ...process.env, MONTANA_NATIVE: value }
    return spawnSync(process.execPath, ['--input-type=module', '-e', source], { env, encoding: 'utf8' })
  }

  it('off forces TypeScript', () => {
    const { name, notice } = JSON.parse(choose('off').stdout)
    expect(name).toBe('typescript')
    expect(notice).toContain('MONTANA_NATIVE=off')
  })

  it.skipIf(!built)('portable forces plain native code', () => {
    expect(JSON.parse(choose('portable').stdout)).toMatchObject({ name: 'native-portable', notice: expect.any(String) })
  })

  it.skipIf(!built)('unset takes the fastest', () => {
    expect(JSON.parse(choose('').stdout).name).toMatch(/^native-/)
  })

  it('names itself when it is wrong', () => {
    const { status, stderr } = choose('of')
    expect(status).not.toBe(0)
    expect(stderr).toContain("MONTANA_NATIVE is 'of'")
  })
})
