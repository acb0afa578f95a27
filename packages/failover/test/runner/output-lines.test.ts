import { expect, it } from 'vitest'
import { OUTPUT_LINE_MAX_CHARS, OUTPUT_LINES_PER_SECOND, outputLines } from '../../src/runner/output-lines.js'
import { folder, shellService, tenure, unbounded } from './support.js'

function collect(): { lines: string[]; take: (text: string) => void } {
  const lines: string[] = []
  return { lines, take: outputLines((line) => lines.push(line)) }
}

it('hands on whole lines, however they arrive', () => {
  const { lines, take } = collect()
  for (const piece of ['fir', 'st\nsec', 'ond\r\n', '\nlast']) take(piece)
  expect(lines).toEqual(['first', 'second', ''])
})

it('cuts a line that never ends, and keeps no more of it than that', () => {
  const { lines, take } = collect()
  for (let i = 0; i < 100; i++) take('x'.repeat(OUTPUT_LINE_MAX_CHARS))
  take('\nnext\n')
  expect(lines.map((line) => line.length)).toEqual([OUTPUT_LINE_MAX_CHARS, 4])
})

it('leaves out what is too much, and says so later', async () => {
  const { lines, take } = collect()
  for (let i = 0; i < 5 * OUTPUT_LINES_PER_SECOND; i++) take(`${i}\n`)
  expect(lines).toHaveLength(OUTPUT_LINES_PER_SECOND)
  await new Promise((resolve) => setTimeout(resolve, 1_050))
  take('calm\n')
  expect(lines.slice(-2)).toEqual([`${4 * OUTPUT_LINES_PER_SECOND} lines left out`, 'calm'])
})

it('a service that says too much does not hold up its own end', async () => {
  const { services, groups } = shellService('while :; do echo noise; done', {}, folder())
  await services.promote(tenure(), unbounded())
  const startMs = performance.now()
  await services.demote({ budgetMs: 500, isGraceful: true, reason: 'test' })
  expect(performance.now() - startMs).toBeLessThan(700)
  expect(groups.at(-1)).toBeNull()
})
