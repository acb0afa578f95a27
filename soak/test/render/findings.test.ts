import { describe, expect, it } from 'vitest'
import { causesOf, whereAndWhen } from '../../src/render/causes.js'
import { groupFindings, groupsByDrill, openCriticals } from '../../src/render/findings.js'
import type { Finding } from '../../src/report/schema.js'
import { readReport } from '../support/reports.js'

const [template] = readReport('report-fail').findings

function finding(key: string, explained_by: string | null, rest: Partial<Finding> = {}): Finding {
  if (template === undefined) throw new Error('the fixture has findings')
  return { ...template, drill: null, key, explained_by, ...rest }
}

function keysOf(findings: readonly Finding[]): Record<string, string[]> {
  const groups = groupFindings(findings).map(({ root, explained }) => [root.key, explained.map(({ key }) => key)])
  return Object.fromEntries(groups)
}

describe('findings', () => {
  it('stand under their last cause, through others too', () => {
    expect(keysOf([finding('c', 'b'), finding('b', 'a'), finding('a', null)])).toEqual({ a: ['b', 'c'] })
  })

  it('stand alone where the cause is unknown or belongs to another drill', () => {
    const findings = [finding('a', 'nowhere'), finding('b', 'a', { drill: 'd1' })]
    expect(keysOf(findings)).toEqual({ a: [], b: [] })
  })

  it('are all shown once where causes go in a circle', () => {
    expect(keysOf([finding('a', 'b'), finding('b', 'a'), finding('c', 'a')])).toEqual({ a: [], b: [], c: [] })
  })

  it('are ordered by severity, time, id, node and key, whatever their order was', () => {
    const findings = readReport('report-fail').findings
    const keys = (list: readonly Finding[]) => groupFindings(list).map(({ root }) => root.key)
    expect(keys(findings.toReversed())).toEqual(keys(findings))
    expect(keys([finding('x', null, { severity: 'warning' }), finding('y', null)])).toEqual(['y', 'x'])
  })

  it('of one id are told once, with all their places, and a time only where it is the same', () => {
    const at = { from: '2026-08-16T14:20:00.000Z', to: null }
    const findings = [
      finding('a', null, { node: 'x', ...at }),
      finding('b', null, { node: 'y', ...at }),
      finding('c', 'b', at),
    ]
    const causes = causesOf(groupFindings(findings))
    expect(causes.map(({ explained }) => explained)).toEqual([1])
    expect(causes.map(whereAndWhen)).toEqual(['x, y, from 2026-08-16 14:20:00Z'])
    const later = finding('d', null, { node: 'z', from: '2026-08-16T14:30:00.000Z' })
    expect(causesOf(groupFindings([...findings, later])).map(whereAndWhen)).toEqual(['x, y, z'])
  })

  it('say of whom a figure is where the others have another', () => {
    const alike = [finding('a', null, { node: 'x', text: 't' }), finding('b', null, { node: 'y', text: 't' })]
    expect(causesOf(groupFindings(alike)).map(({ text }) => text)).toEqual(['t'])
    const other = finding('c', null, { node: 'z', text: 'other' })
    expect(causesOf(groupFindings([...alike, other])).map(({ text }) => text)).toEqual(['x: t'])
  })

  it('of drills are apart from open ones, with what they explain', () => {
    const report = readReport('report-fail')
    expect(openCriticals(report).map(({ root }) => root.key)).toEqual(['f-stall-armenia-1'])
    const drilled = groupsByDrill(report).map(({ drill, groups }) => [drill?.id, groups.map(({ root }) => root.id)])
    expect(Object.fromEntries(drilled)).toEqual({
      ...{ d1: ['F-UNREACH'], d2: ['F-UNREACH'], d3: ['F-LINK'], d4: ['F-DISK'], d5: ['F-CLOCK'], d6: ['F-SKEW'] },
    })
    const shown = [...openCriticals(report), ...groupsByDrill(report).flatMap(({ groups }) => groups)]
    expect(shown.flatMap(({ explained }) => explained)).toHaveLength(5)
  })
})
