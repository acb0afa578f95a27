import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MetricInit, MetricsRegistry } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { createMirrorMetrics } from '../../src/index.js'

const FILE = join(import.meta.dirname, '..', '..', '..', '..', 'deploy', 'prometheus', 'mirror.rules.yml')
const text = z.string().min(1)
const rule = z.strictObject({
  alert: z.string().regex(/^Mirror[A-Za-z]+$/),
  expr: text,
  for: z
    .string()
    .regex(/^\d+[mhd]$/)
    .optional(),
  labels: z.strictObject({ severity: z.enum(['info', 'warning', 'critical']) }),
  annotations: z.strictObject({ summary: text, action: text }),
})
const file = z.strictObject({
  groups: z.array(z.strictObject({ name: text, interval: text, rules: z.array(rule).min(1) })).length(1),
})

/** What each metric may be asked for: its labels, and `le` where it is a histogram. */
function registered(): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, readonly string[]>()
  const add = <L extends string>({ name, labels = [] }: MetricInit<L>, suffixes: readonly string[], more: string[]) => {
    for (const suffix of suffixes) names.set(name + suffix, [...labels, ...more])
  }
  const registry: MetricsRegistry = {
    gauge: (init) => {
      add(init, [''], [])
      return { set: () => {} }
    },
    counter: (init) => {
      add(init, [''], [])
      return { inc: () => {} }
    },
    histogram: (init) => {
      add(init, ['_bucket', '_sum', '_count'], ['le'])
      return { observe: () => {} }
    },
  }
  createMirrorMetrics(registry)
  return names
}

const metrics = registered()
const rules = file.parse(parse(readFileSync(FILE, 'utf8'))).groups.flatMap((group) => group.rules)
const namesIn = (expr: string) => expr.match(/\bmontana_\w+/g) ?? []

/** Labels of matchers and of groupings. */
function labelsIn(expr: string): string[] {
  const matchers = [...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, inner = '']) =>
    [...inner.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
  )
  const groupings = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/))
  return [...matchers, ...groupings]
}

describe('the alert rules of the mirror', () => {
  it.each(rules.map((each) => [each.alert, each] as const))('%s asks for what exists', (_, { expr, annotations }) => {
    const names = namesIn(expr)
    expect(names.length).toBeGreaterThan(0)
    expect(names.filter((name) => !metrics.has(name))).toEqual([])
    const known = names.flatMap((name) => metrics.get(name) ?? [])
    expect(labelsIn(expr).filter((label) => !known.includes(label))).toEqual([])
    const shown = [
      ...Object.values(annotations)
        .join(' ')
        .matchAll(/\$labels\.(\w+)/g),
    ].map(([, label = '']) => label)
    const kept = /\bby \(/.test(expr) ? labelsIn(expr) : known
    expect(shown.filter((label) => !kept.includes(label))).toEqual([])
  })

  it('have names of their own', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
  })

  it('leave no metric out', () => {
    const asked = new Set(rules.flatMap(({ expr }) => namesIn(expr)))
    const silent = [...metrics.keys()].filter((name) => !asked.has(name) && !/_(sum|count)$/.test(name))
    expect(silent).toEqual([])
  })
})
