import { runInNewContext } from 'node:vm'
import { MontanaError } from '@montana/foundation'
import { Coverage, codecTarget, Fuzzer, instrument } from '@montana/fuzz'
import { describe, expect, it } from 'vitest'

/** Of a module that gives its result as `result`; what the counters saw is beside it. */
function run(source: string, isChanged: boolean) {
  const hits: number[] = []
  const sizes: unknown[] = []
  const widths: number[] = []
  const pairs: unknown[][] = []
  let left: unknown
  const names = {
    __fuzzHit: (probe: number) => hits.push(probe),
    __fuzzLeft: (value: unknown) => (left = value),
    __fuzzRight: (value: unknown) => {
      pairs.push([left, value])
      return value
    },
    __fuzzSize: (value: unknown, width: number) => {
      sizes.push(value)
      widths.push(width)
      return value
    },
  }
  const context = { ...names, result: undefined as unknown }
  runInNewContext(isChanged ? instrument(source, 1).source : source, context)
  return { result: JSON.stringify(context.result), hits, sizes, widths, pairs }
}

/** Every form of code that gets a counter, in the places in which one could change what it means. */
const SOURCES = [
  'result = [1, 2, 3].map((x) => ({ x })).map(({ x }) => x > 1 ? { big: x } : (x, { small: x }))',
  'function f(a, b = a ?? 7) { if (a) return b; else if (b) b++; else b--; return b } result = [f(0), f(1), f(0, 0)]',
  'let n = 0; for (let i = 0; i < 3; i++) if (i % 2) n += i; else for (const x of [i]) n -= x; result = n',
  'let n = 5; do n--; while (n > 2); while (n) { n-- } for (const k in { a: 1 }) n += k.length; result = n',
  'const s = (x) => { switch (x) { case 1: return "a"; case 2: case 3: x++; default: return x } }; result = [1, 2, 3, 9].map(s)',
  'class A { #x = 1; static s = 2; get x() { return this.#x || 3 } set x(v) { this.#x = v && v + 1 } } const a = new A(); a.x = 0; result = [a.x, A.s]',
  'const g = function* () { for (let i = 0; i !== 3; i++) yield i === 1 ? [i] : i }; result = [...g()]',
  'try { null.x } catch { result = "caught" } finally { result += (1 === 1.0) && "!" }',
  'try { throw { a: [1] } } catch ({ a: [b = 2] }) { result = b } ',
  'const { a = 1 === 2 ? "x" : "y", ...rest } = { b: 2 }; result = [a, rest, typeof a === "string", a === undefined]',
  'const length = 2; const other = 3; result = [Array.from({ length }, (_, i) => i), Array.from({ other, length: (1, other) }, () => 0)]',
  'result = (() => { a: for (;;) { for (;;) { break a } } return new Uint8Array(3).length + "ab".repeat(2).length })()',
  `result = \`\${[1, 2].length === 2 ? \`in \${1}\` : ''}\` + ((1, 2) === 2) + ((0 || null) ?? 'n').length`,
]

describe('counters in the code', () => {
  it.each(SOURCES)('leave its meaning as it was: %s', (source) => {
    const [plain, changed] = [run(source, false), run(source, true)]
    expect(changed.result).toBe(plain.result)
    expect(changed.hits.length).toBeGreaterThan(0)
  })

  it('tell branches apart, see both sides of a comparison, and weigh what is asked for by size', () => {
    const source = (x: number) =>
      `const f = (x) => { if (x === 4660) return new Uint8Array(x); return 1 }; result = f(${x})`
    const [one, other] = [run(source(1), true), run(source(4660), true)]
    expect(new Set(one.hits)).not.toEqual(new Set(other.hits))
    expect(one.pairs).toEqual([[1, 4660]])
    expect([one.sizes, other.sizes]).toEqual([[], [4660]])
    expect(instrument(source(1), 1).words).toContain(4660)
  })

  it.each([
    ['new Float64Array(n)', 8],
    ['new BigUint64Array(n)', 8],
    ['new Uint8ClampedArray(n)', 1],
    ['Array.from({ length: n }, () => 0)', 8],
    ['Uint32Array.from({ length: n })', 4],
    ['Array.from({ length })', 8],
    ['Buffer.concat([], n)', 1],
    ['"x".repeat(n)', 1],
  ])('weigh %s, %d bytes an item', (expression, width) => {
    const Buffer = '{ concat: (_, n) => n }'
    const source = `const n = 5; const length = n; const Buffer = ${Buffer}; result = ${expression}.length ?? 0`
    expect(run(source, true)).toMatchObject({ sizes: [5], widths: [width] })
  })

  it('weigh nothing that copies what is there', () => {
    expect(
      run('result = Array.from([1, 2], (x) => x).concat([3], 4).length + Object.assign({ length: 9 }).length', true)
        .sizes,
    ).toEqual([])
  })
})

describe('the search', () => {
  /** Nothing but feedback leads here: four bytes, one behind the other. */
  const decode = (coverage: Coverage) => (bytes: Uint8Array) => {
    const magic = [0xde, 0xad, 0xbe, 0xef]
    for (const [at, byte] of magic.entries()) {
      coverage.hit(at + 1)
      if (bytes[at] !== byte) throw new MontanaError('REFUSED', 'not so')
    }
    throw new TypeError('a bug behind four bytes')
  }

  const searched = async (seed: number) => {
    const coverage = new Coverage()
    const target = codecTarget({ name: 'test/magic', decode: decode(coverage), seeds: () => [new Uint8Array(8)] })
    const instrumentation = { coverage, words: new Set<string>(), probes: () => 5 }
    const fuzzer = new Fuzzer({ target, instrumentation, seed })
    await fuzzer.load([])
    while (fuzzer.findings.size === 0 && fuzzer.runs < 200_000) await fuzzer.step()
    return fuzzer
  }

  it('climbs by what is new, to a finding with its input and its rule', async () => {
    const { findings, runs } = await searched(1)
    expect([...findings.values()]).toMatchObject([{ target: 'test/magic', rule: 'undeclared-error' }])
    expect([...(findings.values().next().value?.input.subarray(0, 4) ?? [])]).toEqual([0xde, 0xad, 0xbe, 0xef])
    // Without feedback it would take four thousand million.
    expect(runs).toBeLessThan(200_000)
  })

  it('makes the same inputs of the same seed', async () => {
    const [first, second] = [await searched(7), await searched(7)]
    expect(first.runs).toBe(second.runs)
    expect(first.corpus).toEqual(second.corpus)
  })
})
