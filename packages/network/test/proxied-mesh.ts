import { LinkProxy, type LinkProxyOptions } from '@montana/link-proxy'
import type { Limits } from '@montana/transport'
import type { Member } from './mesh-harness.js'

/** Never within a test. */
const NEVER_MS = 3_600_000

/** Waits to be dialled: every connection of it passes the proxy that stands in front of its address. */
export const dialledOnly = (limits: Limits): Limits => ({
  ...limits,
  redial: { ...limits.redial, firstSpreadMs: NEVER_MS },
})

const proxies: LinkProxy[] = []

export async function proxyFor(member: Member, options: Omit<LinkProxyOptions, 'to'> = {}): Promise<LinkProxy> {
  const proxy = await LinkProxy.open({ to: { host: '127.0.0.1', port: portOf(member) }, ...options })
  proxies.push(proxy)
  return proxy
}

/** The member as the others know it: by the address of the proxy. */
export function behind(proxy: LinkProxy, member: Member): Member {
  return { ...member, listen: `/ip4/127.0.0.1/tcp/${proxy.address.port}` }
}

/** For `afterEach`, when the nodes are stopped. */
export async function closeProxies(): Promise<void> {
  for (const proxy of proxies.splice(0)) await proxy.close()
}

function portOf({ listen }: Member): number {
  return Number(listen.split('/').at(-1))
}
