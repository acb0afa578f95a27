import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { renderRecord } from '../dist/page/render.js'
import { judge, loadRegister, REGISTER_FILE, ROOT, readRegister } from '../dist/register/load.js'
import type { Register } from '../dist/register/schema.js'
import { sealRegister } from '../dist/register/seal.js'
import { registerSum } from '../dist/register/sums.js'
import { tally } from '../dist/register/tallies.js'
import { commitsHere } from './support/history.js'

const register = loadRegister()

describe('docs/findings.json', () => {
  it.each(register.findings)('$id names a package and tests that are here', ({ component, tests }) => {
    expect(existsSync(join(ROOT, component, 'package.json'))).toBe(true)
    for (const { file, name } of tests) expect(readFileSync(join(ROOT, file), 'utf8')).toContain(name)
  })

  it('tells a reader of the documents what is accepted', () => {
    for (const { disposition } of register.findings) {
      if (disposition.state !== 'accepted') continue
      const text = readFileSync(join(ROOT, disposition.document), 'utf8').replaceAll(/\s+/g, ' ')
      expect(text).toContain(disposition.words)
    }
  })

  it('names commits of this history, by their id or, where a rebase gave them another, by their subject', ({
    skip,
  }) => {
    const commits = commitsHere()
    if (!commits) return skip('this checkout has no whole history')
    const named = register.findings.flatMap(({ disposition }) =>
      disposition.state === 'mended' ? disposition.commits : [],
    )
    const lost = [...named, ...register.leftOut.commits].filter(
      ({ id, subject }) => commits.get(id) !== subject && !commits.subjects.has(subject),
    )
    expect(lost).toEqual([])
  })

  it('has lost no finding that it once had', ({ skip }) => {
    const earlier = idsOfEarlierVersions()
    if (!earlier) return skip('this checkout has no whole history')
    const ids = new Set(register.findings.map(({ id }) => id))
    expect(earlier.filter((id) => !ids.has(id))).toEqual([])
  })

  it('is what the page says; npm run docs writes it', () => {
    const page = readFileSync(join(ROOT, 'docs', 'track-record.md'), 'utf8')
    expect(page).toBe(renderRecord(register))
  })
})

describe('a register', () => {
  const copy = (): Register => structuredClone(register)

  it('of which a mended finding has no test is refused', () => {
    const [first, ...others] = register.findings
    expect(() => readRegister(JSON.stringify({ ...register, findings: [{ ...first, tests: [] }, ...others] }))).toThrow(
      /what is mended has a test/,
    )
  })

  it.each([
    ['a title', (one: Register) => void Object.assign(one.findings[0] ?? {}, { title: 'Nothing' })],
    ['a severity', (one: Register) => void Object.assign(one.findings[1] ?? {}, { severity: 'low' })],
    ['the scale', (one: Register) => void Object.assign(one.severities, { low: 'anything' })],
  ])('of which %s was changed does not fit its sums', (_, change) => {
    const changed = copy()
    change(changed)
    expect(() => judge(changed)).toThrow(/sum/)
  })

  it('that lost a row is refused, also where the sums and counts were made anew', () => {
    const findings = register.findings.filter((_, index) => index !== 1)
    const cut = { ...register, findings, counts: tally(findings) }
    expect(() => judge({ ...cut, sum: registerSum(cut) })).toThrow(/is missing/)
    expect(() => judge({ ...register, findings })).toThrow(/counts/)
  })

  it('of which rows changed places is refused', () => {
    const [first, second, ...others] = register.findings
    if (!first || !second) throw new Error('too few findings')
    expect(() => judge({ ...register, findings: [second, first, ...others] })).toThrow(/sum of the register/)
  })

  it('with a field that nobody knows is refused', () => {
    const { findings } = register
    expect(() => readRegister(JSON.stringify({ ...register, note: 'x' }))).toThrow(/note/)
    expect(() => readRegister(JSON.stringify({ ...register, findings: [{ ...findings[0], x: 1 }] }))).toThrow(/x/)
  })
})

describe('sealing', () => {
  const text = readFileSync(REGISTER_FILE, 'utf8')

  it('changes nothing of what is sealed', () => {
    expect(`${JSON.stringify(sealRegister(text), null, 2)}\n`).toBe(text)
  })

  it('gives a new entry its sum and counts it', () => {
    const [first] = register.findings
    const { sum: _, ...entry } = { ...first, id: 'NEW-1' }
    const sealed = sealRegister(JSON.stringify({ ...register, findings: [...register.findings, entry] }))
    expect(judge(sealed).counts.total).toBe(register.counts.total + 1)
    expect(sealed.findings.at(-1)?.sum).not.toBe(first?.sum)
  })

  it('refuses an entry that was changed after it was sealed', () => {
    const [first, ...others] = register.findings
    const changed = { ...register, findings: [{ ...first, severity: 'low', title: 'Less than it was' }, ...others] }
    expect(() => sealRegister(JSON.stringify(changed))).toThrow(/changed after it was sealed/)
  })
})

function idsOfEarlierVersions(): string[] | undefined {
  return commitsHere()?.earlierIds('docs/findings.json')
}
