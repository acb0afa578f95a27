import { describe, expect, it } from 'vitest'
import { escapeHtml, escapeMarkdown, markdownCode } from '../../src/render/escape.js'
import { shorten, visible } from '../../src/render/visible.js'

describe('escaping', () => {
  it('shows what is hidden, on one line', () => {
    expect(visible('a\r\nb\tc\u001b[31m\u202e\ud800')).toBe('a\u23ceb c\\u{1b}[31m\\u{202e}\\u{d800}')
    expect(visible('\u0415\u0440\u0435\u0432\u0430\u043d \u2212 \ud83d\udc69\u200d\ud83d\ude80')).toBe(
      '\u0415\u0440\u0435\u0432\u0430\u043d \u2212 \ud83d\udc69\u200d\ud83d\ude80',
    )
  })

  it('cuts between code points', () => {
    expect([shorten('\ud83d\ude80\ud83d\ude80\ud83d\ude80', 2), shorten('abc', 3)]).toEqual([
      '\ud83d\ude80\u2026',
      'abc',
    ])
  })

  it('leaves HTML no way out of text or attribute', () => {
    expect(escapeHtml('<a href="x" \'`&amp;')).toBe('&lt;a href=&quot;x&quot; &#39;&#96;&amp;amp;')
  })

  it.each([
    ['a | b', 'a \\| b'],
    ['a \\| b', 'a &#92;\\| b'],
    ['<b>&', '&lt;b&gt;&amp;'],
    ['![x](y)', '!\\[x\\](y)'],
    ['https://x.example www.x', 'https:\\/\\/x.example www\\.x'],
    ['state_root _x_', 'state_root \\_x\\_'],
    ['- a', '\\- a'],
    ['---', '\\---'],
    ['1. a', '1\\. a'],
    ['0.989', '0.989'],
    ['-3', '-3'],
    ['\u22123', '\u22123'],
  ])('gives %j as the Markdown %j', (text, wanted) => {
    expect(escapeMarkdown(text)).toBe(wanted)
  })

  it('uses a code span only for what every parser reads as one', () => {
    expect(['soak:r:0-1', 'a|b', 'a`b', 'a\\b', ''].map(markdownCode)).toEqual([
      '`soak:r:0-1`',
      'a\\|b',
      'a\\`b',
      'a&#92;b',
      '',
    ])
  })
})
