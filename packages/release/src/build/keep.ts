// What a host that runs the product needs of a package. Tests, sources, types, maps and prose stay behind.

/** Of others' packages: what Node.js loads, and the terms under which it may be passed on. */
const LOADED = /\.(?:js|mjs|cjs|json|node|wasm)$/
const TERMS = /(?:^|\/)(?:licen[cs]e|copying|notice|patents)[^/]*$/i
const UNUSED_FOLDERS = /(?:^|\/)(?:tests?|__tests__|bench(?:marks?)?|examples?|\.github|\.vscode)\//
/** Bundles for browsers. */
const FOR_BROWSERS = /\.min\.js$|\.umd\.js$/
const OF_COMPILER = /\.map$|\.d\.[cm]?ts$|\.tsbuildinfo$/

/** `path` is relative to the package. Pure. */
export function isKeptOfOthers(path: string): boolean {
  if (TERMS.test(path)) return !OF_COMPILER.test(path)
  return LOADED.test(path) && !UNUSED_FOLDERS.test(path) && !FOR_BROWSERS.test(path)
}

const OF_OURS = /^(?:bin|dist|fixtures|schema)\/|^(?!tsconfig)[^/]+\.json$/

/** Of ours: descriptions, entry, compiled form, data; of the addon the one for `platform`, such as `linux-x64`. Pure. */
export function isKeptOfOurs(path: string, platform: string): boolean {
  if (OF_OURS.test(path)) return !OF_COMPILER.test(path)
  return !path.includes('/') && path.endsWith('.node') && path.includes(`.${platform}-`)
}

/** Of the files beside the packages: units, hooks, examples of configuration, dashboards, the guide. Pure. */
export function isKeptBeside(path: string): boolean {
  if (/^(?:README\.md|LICENSE)$/.test(path) || /^docs\/[^/]+\.md$/.test(path)) return true
  return path.startsWith('deploy/') && !/^deploy\/(?:examples\/|onboard\.sh$)/.test(path)
}
