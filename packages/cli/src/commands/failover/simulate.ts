import {
  type GroupConfig,
  loadGroupConfig,
  ROW_TEXTS,
  type SimulationResult,
  simulateGroup,
} from '@montana/failover/settings'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { configFile } from './config-file.js'
import { readScenario, type ScenarioFlags } from './scenario-flags.js'

export function simulateCommand(context: CliContext): Command {
  const collect = (value: string, before: string[] = []) => [...before, value]
  return new Command('simulate')
    .description(
      'what would happen, by the real decisions in virtual time: who leads, in which mode, within which bound',
    )
    .option('--down <hosts>', 'hosts that are dead, separated by commas')
    .option('--frozen <hosts>', 'hosts that stand still')
    .option('--cut <a-b>', 'a link that is cut; may be given again', collect)
    .option('--island <islands>', 'hosts that see only each other: a,b/c,d,e')
    .option('--witness <w:hosts>', 'who reaches a witness (default: all); may be given again', collect)
    .option('--etcd <hosts>', 'who reaches the etcd that decides (default: all; empty: nobody)')
    .action(async (_, self: Command) => {
      const flags = self.optsWithGlobals<GlobalOptions & ScenarioFlags>()
      const { config } = await loadGroupConfig(configFile(context, flags), { environment: context.environment })
      const result = simulateGroup(config, readScenario(flags, config))
      if (flags.json) return context.json(result)
      for (const line of lines(config, result)) context.out(line)
    })
}

function lines(config: GroupConfig, { policies }: SimulationResult): string[] {
  const width = Math.max(...Object.keys(policies).map((name) => name.length))
  const perPolicy = Object.entries(policies).map(([name, { leaders, boundMs }]) => {
    const who = leaders.map(({ host, mode, epoch }) => `${host} leads, ${mode}, epoch ${counterOf(epoch)}`)
    const text = who.length === 0 ? 'nobody leads' : who.join('; and ')
    return `${name.padEnd(width)}  ${text}; bound ${(boundMs / 1000).toFixed(1)} s`
  })
  const rows = Object.values(policies)[0]?.rows ?? []
  const doubled = Object.values(policies).some(({ leaders }) => leaders.length > 1)
  return [
    `${config.group}: after the fault has lasted for some bounds`,
    ...perPolicy,
    ...rows.map((row) => `row ${row}  ${ROW_TEXTS[row]}`),
    ...(doubled ? ['two hosts act at once: a fenced sink takes only the higher epoch'] : []),
  ]
}

const COUNTER_SHIFT = 16n

function counterOf(epoch: string): string {
  return String(BigInt(epoch) >> COUNTER_SHIFT)
}
