/** What curl reads, as this process was given it. */
export type ProxyVariables = Readonly<Record<string, string | undefined>>

const NAMES = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy', 'NO_PROXY', 'no_proxy']

/** The proxy for https, for one child. The password that its URL may hold is a secret like any other. */
export function proxyAccess(variables: ProxyVariables): {
  environment: Record<string, string>
  secrets: readonly string[]
} {
  const given = NAMES.flatMap((name) => {
    const value = variables[name]
    return value === undefined || value === '' ? [] : [[name, value] as const]
  })
  return { environment: Object.fromEntries(given), secrets: given.flatMap(([, value]) => passwordsOf(value)) }
}

function passwordsOf(proxy: string): readonly string[] {
  const parsed = URL.parse(proxy.includes('://') ? proxy : `http://${proxy}`)
  if (parsed === null || parsed.password === '') return []
  const password = decodeOrKeep(parsed.password)
  const basic = Buffer.from(`${decodeOrKeep(parsed.username)}:${password}`).toString('base64')
  return [...new Set([parsed.password, password, basic])]
}

function decodeOrKeep(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
