import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { handshakeCases } from '../src/handshake/cases.js'
import { formatCases } from '../src/handshake/format.js'
import { runFiles } from '../src/run.js'

const FILE = fileURLToPath(new URL('../fixtures/handshake.json', import.meta.url))

describe('the published handshake cases', () => {
  it('are made byte for byte from the inputs of appendix B', () => {
    expect(formatCases(handshakeCases())).toBe(readFileSync(FILE, 'utf8'))
  })

  it('are refused with the stated code, or taken, on both backends', async () => {
    const { passed, failed, skipped, files } = await runFiles([FILE])
    expect(files[0]?.failures).toEqual([])
    expect([failed, skipped]).toEqual([0, 0])
    const cases = handshakeCases()
    const messages = cases.filter(({ name }) => name.endsWith('_messages')).length
    expect(passed).toBe(2 * (cases.length - messages) + messages)
  })

  it('have the same reach in both profiles, and names of their own', () => {
    const cases = handshakeCases()
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
    const codes = (profile: string) => {
      const own = cases.filter(({ name }) => name.startsWith(`${profile}_`))
      return new Set(own.map(({ expected }) => (expected as { error?: string }).error ?? 'none'))
    }
    const refusals = ['HS_SIZE', 'HS_SIGNATURE', 'HS_KEM_KEY', 'HS_SELF', 'HS_PEER_MISMATCH']
    expect(codes('pq')).toEqual(new Set(['none', ...refusals]))
    expect(codes('hybrid')).toEqual(codes('pq'))
  })

  it('are noticed when a role ends them otherwise', async () => {
    const wrong = handshakeCases().flatMap((entry) => {
      const { error, ...expected } = entry.expected as { error?: string }
      const isOther = error !== undefined && error !== 'HS_SIGNATURE'
      return isOther ? [{ ...entry, expected: { ...expected, error: 'HS_SIGNATURE' } }] : []
    })
    const folder = mkdtempSync(join(tmpdir(), 'handshake-'))
    try {
      const file = join(folder, 'wrong.json')
      writeFileSync(file, formatCases(wrong))
      expect(await runFiles([file])).toMatchObject({ passed: 0, failed: 2 * wrong.length })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
