const REST_OF: Readonly<Record<string, string>> = {
  '/contents': '/contents/{path}',
  '/contents/*': '/contents/{path}',
  '/commits/*': '/commits/{ref}',
  '/git/ref/*': '/git/ref/{ref}',
}

/** A route of ours as GitHub's OpenAPI description names it; undefined for what matched no route. */
export function openApiTemplate(route: string | undefined, base: RegExp): string | undefined {
  if (route === undefined || route === '*') return undefined
  const named = route.replace(base, '').replace(/:(\w+)/g, '{$1}')
  // The description leaves out the form by id, which answers alike.
  const byName = named.replace(/^\/repositories\/\{repository_id\}/, '/repos/{owner}/{repo}')
  const [, head = '', rest = ''] = /^(\/repos\/\{owner\}\/\{repo\})(.*)$/.exec(byName) ?? []
  return head === '' ? byName : head + (REST_OF[rest] ?? rest)
}
