export { type Address, formatAddress, parseAddress } from './address.js'
export { CLEAR, type Conditions } from './conditions.js'
export { type Change, type Counts, LinkProxy, type LinkProxyOptions } from './link-proxy.js'
