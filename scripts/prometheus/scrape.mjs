/** An example for Prometheus: everything is asked on loopback or through the VPN, never over the open network. */
export const prometheusConfig = {
  global: { scrape_interval: '15s', evaluation_interval: '1m', scrape_timeout: '5s' },
  rule_files: ['findings.rules.yml', 'failover.rules.yml', 'mirror.rules.yml'],
  alerting: { alertmanagers: [{ static_configs: [{ targets: ['127.0.0.1:9093'] }] }] },
  scrape_configs: [
    {
      job_name: 'montana-node',
      // The label `job` of montana_job_… is the job's own.
      honor_labels: true,
      static_configs: [{ targets: ['127.0.0.1:8446'], labels: { instance: 'moscow' } }],
    },
    { job_name: 'montana-failover', static_configs: [{ targets: ['127.0.0.1:8889'], labels: { instance: 'moscow' } }] },
  ],
}
