import { lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { DrillState } from '../src/commands/devnet/drill-state.js'
import { plannedDrills } from '../src/commands/devnet/drills.js'
import { parseFault } from '../src/commands/devnet/fault.js'
import { fillLog, freeLog, logPath, readableLog } from '../src/commands/devnet/full-log.js'

describe('planned drills', () => {
  it('are declared with an id each, windows of the chain and their length', () => {
    const texts = [
      'kill:frankfurt@5',
      'partition:moscow-armenia@7:9',
      'clock:helsinki-2m@8:forever',
      'kill:frankfurt@5:1',
    ]
    expect(plannedDrills(texts.map(parseFault), 100)).toEqual([
      { id: 'kill-frankfurt-5', kind: 'kill', label: 'frankfurt', peer: null, window: 105, duration_s: 3 },
      {
        id: 'partition-moscow-armenia-7',
        kind: 'partition',
        label: 'moscow',
        peer: 'armenia',
        window: 107,
        duration_s: 9,
      },
      { id: 'clock-helsinki-8', kind: 'clock', label: 'helsinki', peer: null, window: 108, duration_s: null },
      { id: 'kill-frankfurt-5-2', kind: 'kill', label: 'frankfurt', peer: null, window: 105, duration_s: 1 },
    ])
  })
})

describe('what drills want of a node', () => {
  it('adds up, and ends one by one', () => {
    const state = new DrillState()
    const begin = state.message
    state.cut('Qm1')
    state.cut('Qm1')
    state.cut('Qm2')
    state.shiftClock(30_000)
    state.shiftClock(-500)
    state.heal('Qm1')
    expect(state.message).toEqual({ type: 'drill', cut: ['Qm1', 'Qm2'], clockOffsetMs: 29_500 })
    for (const peer of ['Qm1', 'Qm2', 'Qm3']) state.heal(peer)
    state.shiftClock(-29_500)
    expect(state.message).toEqual(begin)
  })

  it('reaches the next process by its environment', () => {
    const state = new DrillState()
    expect(state.environment).toEqual({ MONTANA_DRILLS: '1' })
    state.oldBuild = '0.0.1'
    expect(state.environment).toEqual({ MONTANA_DRILLS: '1', MONTANA_DRILL_BUILD: '0.0.1' })
  })
})

describe('a full log', () => {
  function nodeFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'montana-drill-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    writeFileSync(logPath(folder), 'before\n')
    return folder
  }

  it('refuses every write for want of space, and keeps what was written readable', () => {
    const folder = nodeFolder()
    fillLog(folder)
    fillLog(folder)
    expect(() => writeFileSync(logPath(folder), 'lost\n', { flag: 'a' })).toThrow(/ENOSPC/)
    expect(readFileSync(readableLog(folder), 'utf8')).toBe('before\n')
    freeLog(folder)
    freeLog(folder)
    expect(lstatSync(logPath(folder)).isFile()).toBe(true)
    expect(readFileSync(readableLog(folder), 'utf8')).toBe('before\n')
  })

  it('is put back whichever of its two steps a kill has left', () => {
    const folder = nodeFolder()
    fillLog(folder)
    rmSync(logPath(folder))
    freeLog(folder)
    expect(readFileSync(logPath(folder), 'utf8')).toBe('before\n')
  })
})
