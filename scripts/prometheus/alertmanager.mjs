/** An example for Alertmanager: grouped by node, and by the watchdog's own table of causes one alert silences another. */
export function alertmanagerConfig(causes) {
  return {
    route: {
      receiver: 'operators',
      group_by: ['instance', 'finding'],
      group_wait: '30s',
      group_interval: '5m',
      repeat_interval: '4h',
      routes: [{ matchers: ['severity="critical"'], receiver: 'operators', group_wait: '10s', repeat_interval: '1h' }],
    },
    inhibit_rules: [
      // A warning of what is critical already says nothing new.
      {
        source_matchers: ['severity="critical"'],
        target_matchers: ['severity="warning"'],
        equal: ['instance', 'finding'],
      },
      ...causes.map(({ cause, explains, place }) => ({
        source_matchers: [`finding="${cause}"`],
        target_matchers: [`finding=~"${explains.join('|')}"`],
        equal: place === 'pair' ? ['instance', 'peer'] : ['instance'],
      })),
    ],
    receivers: [{ name: 'operators', webhook_configs: [{ url: 'http://127.0.0.1:9095/alerts', send_resolved: true }] }],
  }
}
