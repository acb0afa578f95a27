/** Dashboards of deploy/grafana, by the name of their file. */
export declare const DASHBOARDS: Readonly<Record<string, object>>
