/** `data.json` of spec operations 13.1, as a page reads it. */
export type { DiscoveredPeer, ExplorerData, ExplorerNode, LedgerFacts } from '../explorer/schema.js'
