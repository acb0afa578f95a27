import { describe, expect, it } from 'vitest'
import { type Action, runActions, runStep, sentenceOf } from '../src/step.js'

const signal = new AbortController().signal

/** Actions that note what becomes of them. */
function actions(names: readonly string[], failing?: string): { made: Action[]; notes: string[] } {
  const notes: string[] = []
  const made = names.map((name) => ({
    what: `do ${name}`,
    run: async () => {
      notes.push(name)
      if (name === failing) throw new Error(name)
    },
    undo: async () => void notes.push(`-${name}`),
  }))
  return { made, notes }
}

describe('a step', () => {
  it('takes back what it did, latest first and the failed one too, and passes the error on', async () => {
    const { made, notes } = actions(['a', 'b', 'c'], 'b')
    await expect(runActions(made, signal)).rejects.toThrow('b')
    expect(notes).toEqual(['a', 'b', '-b', '-a'])
  })

  it('begins no action once it is to stop, and takes the others back', async () => {
    const controller = new AbortController()
    const { made, notes } = actions(['a', 'b'])
    const stopping: Action = { what: 'stop', run: async () => controller.abort() }
    await expect(runActions([...made.slice(0, 1), stopping, ...made.slice(1)], controller.signal)).rejects.toThrow()
    expect(notes).toEqual(['a', '-a'])
  })

  it('looks again when it is run: what was done meanwhile is not done twice', async () => {
    let looks = 0
    const { made, notes } = actions(['a'])
    const step = { name: 'users' as const, look: async () => ({ found: 'x', actions: looks++ === 0 ? made : [] }) }
    expect(await runStep(step, signal)).toEqual({ found: 'x', did: 'do a' })
    expect(await runStep(step, signal)).toEqual({ found: 'x', did: 'nothing' })
    expect(notes).toEqual(['a'])
  })

  it('says what it does in one line, and counts what would be a list', () => {
    const what = (...texts: string[]) => sentenceOf(texts.map((text) => ({ what: text })))
    expect(what('write /a/x', 'write /b/y', 'start n.service')).toBe('write /a/x, /b/y; start n.service')
    expect(what(...['1', '2', '3', '4', '5'].map((n) => `write /u/${n}`), 'reload')).toBe('write 5 files in /u; reload')
    expect(what()).toBe('nothing')
  })
})
