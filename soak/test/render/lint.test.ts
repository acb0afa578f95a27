import { describe, expect, it } from 'vitest'
import { lintTables } from '../../src/index.js'

describe('the lint of tables', () => {
  it('finds the torn rows of the founding report', () => {
    const founding = [
      '| Node | heartbeat OK | outgoing errors | connection closed |',
      '|------|--------------|------------------|--------------------|',
      '| frankfurt | 77878 | 2 | 6 |',
      '| helsinki | 91416 | 0',
      '? | 610 |',
      '',
      'text',
    ]
    expect(lintTables(founding.join('\n'))).toEqual([
      'line 4: 3 cells where the header has 4',
      'line 5: 2 cells where the header has 4',
    ])
  })

  it('counts an escaped border as text', () => {
    expect(lintTables('| a | b |\n| --- | ---: |\n| x \\| y | `z \\| w` |')).toEqual([])
    expect(lintTables('| a | b |\n| --- | ---: |\n| x | y | z |')).toEqual(['line 3: 3 cells where the header has 2'])
  })

  it('finds a delimiter row of another length, and a row without a table', () => {
    expect(lintTables('| a | b |\n| --- |\n| x | y |')).toEqual(['line 2: 1 cells where the header has 2'])
    expect(lintTables('| x | y |\n\ntext')).toEqual(['line 1: a row outside of a table'])
  })

  it('finds control and directional characters, and leaves fences alone', () => {
    expect(lintTables('a\u001b[31m\n\nb\u202e')).toEqual([
      'line 1: a bare control character',
      'line 3: a bare control character',
    ])
    expect(lintTables('```sh\n| not | a table |\n```\n')).toEqual([])
  })
})
