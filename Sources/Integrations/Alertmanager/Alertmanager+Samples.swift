extension Alertmanager {
    package static let samples = [
        Sample("firing", body: notification("firing", [disk("firing")])),
        Sample("resolved", body: notification("resolved", [disk("resolved")])),
    ]

    private static func notification(_ status: String, _ alerts: [String]) -> String {
        """
        {"version": "4", "groupKey": "{}:{alertname=\\"DiskFull\\"}", "status": "\(status)", "receiver": "martlet",
         "groupLabels": {"alertname": "DiskFull"}, "commonLabels": {"alertname": "DiskFull", "severity": "critical"},
         "commonAnnotations": {}, "externalURL": "https://alerts.example.com", "truncatedAlerts": 0,
         "alerts": [\(alerts.joined(separator: ", "))]}
        """
    }

    private static func disk(_ status: String) -> String {
        """
        {"status": "\(status)", "labels": {"alertname": "DiskFull", "instance": "db1:9100", "severity": "critical"},
         "annotations": {"summary": "Disk almost full", "description": "/var has 3 % left."},
         "startsAt": "2026-11-21T08:30:00.000Z",
         "endsAt": "\(status == "resolved" ? "2026-11-21T09:00:00.000Z" : "0001-01-01T00:00:00Z")",
         "generatorURL": "https://prometheus.example.com/graph?g0.expr=disk_free", "fingerprint": "b5f1c2d3e4a59687"}
        """
    }
}
