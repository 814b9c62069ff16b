// table: one sample for each type.

extension BuiltInEventType {
    /// As shown in documents and in the console; `data` of a test send.
    package var sampleText: String {
        switch self {
        case .ticketCreated:
            #"""
            {
              "ticket": {
                "id": "tkt_01kbfk6sy9541sj3eqhb6gd1gh",
                "number": 1042,
                "subject": "Invoice 2026-311 is missing a page",
                "status": "open",
                "priority": "high",
                "channel": "email",
                "requester": {
                  "name": "Ada Byron",
                  "email": "ada@customer.example",
                  "phone": null
                },
                "assignee": null,
                "customer": "cus_01kbcakjq5nrfbfyh5k0jkctvj",
                "tags": [
                  "billing"
                ],
                "fields": {
                  "contract": "C-77"
                },
                "created_at": "2026-11-21T08:30:00.000Z",
                "updated_at": "2026-11-21T08:30:00.000Z",
                "resolved_at": null,
                "closed_at": null
              },
              "actor": {
                "kind": "customer",
                "id": "cus_01kbcakjq5nrfbfyh5k0jkctvj",
                "name": "Ada Byron"
              }
            }
            """#
        case .ticketUpdated:
            #"""
            {
              "ticket": {
                "id": "tkt_01kbfk6sy9541sj3eqhb6gd1gh",
                "number": 1042,
                "subject": "Invoice 2026-311 is missing a page",
                "status": "open",
                "priority": "urgent",
                "channel": "email",
                "requester": {
                  "name": "Ada Byron",
                  "email": "ada@customer.example",
                  "phone": null
                },
                "assignee": {
                  "id": "usr_01kbvwaekg252xhyn9c4tcwhbp",
                  "name": "Grace Murray",
                  "email": "grace@example.org"
                },
                "customer": "cus_01kbcakjq5nrfbfyh5k0jkctvj",
                "tags": [
                  "billing"
                ],
                "fields": {
                  "contract": "C-77"
                },
                "created_at": "2026-11-21T08:30:00.000Z",
                "updated_at": "2026-11-21T08:35:00.000Z",
                "resolved_at": null,
                "closed_at": null
              },
              "previous": {
                "assignee": null,
                "priority": "high"
              },
              "actor": {
                "kind": "person",
                "id": "usr_01kbvwaekg252xhyn9c4tcwhbp",
                "name": "Grace Murray"
              }
            }
            """#
        case .ticketResolved:
            #"""
            {
              "ticket": {
                "id": "tkt_01kbfk6sy9541sj3eqhb6gd1gh",
                "number": 1042,
                "subject": "Invoice 2026-311 is missing a page",
                "status": "resolved",
                "priority": "high",
                "channel": "email",
                "requester": {
                  "name": "Ada Byron",
                  "email": "ada@customer.example",
                  "phone": null
                },
                "assignee": {
                  "id": "usr_01kbvwaekg252xhyn9c4tcwhbp",
                  "name": "Grace Murray",
                  "email": "grace@example.org"
                },
                "customer": "cus_01kbcakjq5nrfbfyh5k0jkctvj",
                "tags": [
                  "billing"
                ],
                "fields": {
                  "contract": "C-77"
                },
                "created_at": "2026-11-21T08:30:00.000Z",
                "updated_at": "2026-11-21T08:50:00.000Z",
                "resolved_at": "2026-11-21T08:50:00.000Z",
                "closed_at": null
              },
              "previous": {
                "status": "open",
                "resolved_at": null
              },
              "actor": {
                "kind": "person",
                "id": "usr_01kbvwaekg252xhyn9c4tcwhbp",
                "name": "Grace Murray"
              }
            }
            """#
        case .ticketReopened:
            #"""
            {
              "ticket": {
                "id": "tkt_01kbfk6sy9541sj3eqhb6gd1gh",
                "number": 1042,
                "subject": "Invoice 2026-311 is missing a page",
                "status": "open",
                "priority": "high",
                "channel": "email",
                "requester": {
                  "name": "Ada Byron",
                  "email": "ada@customer.example",
                  "phone": null
                },
                "assignee": {
                  "id": "usr_01kbvwaekg252xhyn9c4tcwhbp",
                  "name": "Grace Murray",
                  "email": "grace@example.org"
                },
                "customer": "cus_01kbcakjq5nrfbfyh5k0jkctvj",
                "tags": [
                  "billing"
                ],
                "fields": {
                  "contract": "C-77"
                },
                "created_at": "2026-11-21T08:30:00.000Z",
                "updated_at": "2026-11-22T07:10:00.000Z",
                "resolved_at": null,
                "closed_at": null
              },
              "previous": {
                "status": "resolved",
                "resolved_at": "2026-11-21T08:50:00.000Z"
              },
              "actor": {
                "kind": "customer",
                "id": "cus_01kbcakjq5nrfbfyh5k0jkctvj",
                "name": "Ada Byron"
              }
            }
            """#
        case .ticketClosed:
            #"""
            {
              "ticket": {
                "id": "tkt_01kbfk6sy9541sj3eqhb6gd1gh",
                "number": 1042,
                "subject": "Invoice 2026-311 is missing a page",
                "status": "closed",
                "priority": "high",
                "channel": "email",
                "requester": {
                  "name": "Ada Byron",
                  "email": "ada@customer.example",
                  "phone": null
                },
                "assignee": {
                  "id": "usr_01kbvwaekg252xhyn9c4tcwhbp",
                  "name": "Grace Murray",
                  "email": "grace@example.org"
                },
                "customer": "cus_01kbcakjq5nrfbfyh5k0jkctvj",
                "tags": [
                  "billing"
                ],
                "fields": {
                  "contract": "C-77"
                },
                "created_at": "2026-11-21T08:30:00.000Z",
                "updated_at": "2026-11-28T08:50:00.000Z",
                "resolved_at": "2026-11-21T08:50:00.000Z",
                "closed_at": "2026-11-28T08:50:00.000Z"
              },
              "previous": {
                "status": "resolved",
                "closed_at": null
              },
              "actor": {
                "kind": "system",
                "id": null,
                "name": "Martlet"
              }
            }
            """#
        case .ticketDeleted:
            #"""
            {
              "ticket": {
                "id": "tkt_01kbfk6sy9541sj3eqhb6gd1gh",
                "number": 1042,
                "subject": "Invoice 2026-311 is missing a page",
                "status": "closed",
                "priority": "high",
                "channel": "email",
                "requester": {
                  "name": "Ada Byron",
                  "email": "ada@customer.example",
                  "phone": null
                },
                "assignee": null,
                "customer": "cus_01kbcakjq5nrfbfyh5k0jkctvj",
                "tags": [
                  "billing"
                ],
                "fields": {
                  "contract": "C-77"
                },
                "created_at": "2026-11-21T08:30:00.000Z",
                "updated_at": "2026-11-28T08:50:00.000Z",
                "resolved_at": null,
                "closed_at": null
              },
              "deleted_at": "2026-12-01T09:00:00.000Z",
              "actor": {
                "kind": "person",
                "id": "usr_01kbvwaekg252xhyn9c4tcwhbp",
                "name": "Grace Murray"
              }
            }
            """#
        case .ticketMessageCreated:
            #"""
            {
              "message": {
                "id": "tmsg_01kbjm9t4jcwj8gran0q2xaqqj",
                "direction": "inbound",
                "channel": "email",
                "from": "ada@customer.example",
                "to": "support@example.org",
                "subject": "Invoice 2026-311 is missing a page",
                "text": "Hello, page 2 is missing. Could you send it again?",
                "attachments": [
                  {
                    "name": "invoice.pdf",
                    "content_type": "application/pdf",
                    "bytes": 48213
                  }
                ],
                "status": "received",
                "status_detail": null,
                "created_at": "2026-11-21T08:30:00.000Z"
              },
              "ticket": {
                "id": "tkt_01kbfk6sy9541sj3eqhb6gd1gh",
                "number": 1042,
                "subject": "Invoice 2026-311 is missing a page",
                "status": "open"
              }
            }
            """#
        case .ticketMessageStatus:
            #"""
            {
              "message": {
                "id": "tmsg_01kb6wdvd7333a92zfm27jtcyc",
                "direction": "outbound",
                "channel": "email",
                "from": "support@example.org",
                "to": "ada@customer.example",
                "subject": "Invoice 2026-311 is missing a page",
                "text": "Here it is again, with both pages.",
                "attachments": [
                  {
                    "name": "invoice.pdf",
                    "content_type": "application/pdf",
                    "bytes": 48213
                  }
                ],
                "status": "delivered",
                "status_detail": null,
                "created_at": "2026-11-21T08:42:00.000Z"
              },
              "previous": {
                "status": "sent"
              },
              "ticket": {
                "id": "tkt_01kbfk6sy9541sj3eqhb6gd1gh",
                "number": 1042,
                "subject": "Invoice 2026-311 is missing a page",
                "status": "open"
              }
            }
            """#
        case .surveyResponseCompleted:
            #"""
            {
              "response": {
                "id": "rsp_01kbeb03mxkwws9gqn8v59bjqc",
                "survey": {
                  "id": "srv_01kbaqab9mzng0a0k77zy4ftjp",
                  "name": "After support"
                },
                "ticket": {
                  "id": "tkt_01kbfk6sy9541sj3eqhb6gd1gh",
                  "number": 1042,
                  "subject": "Invoice 2026-311 is missing a page",
                  "status": "open"
                },
                "customer": "cus_01kbcakjq5nrfbfyh5k0jkctvj",
                "respondent": {
                  "name": "Ada Byron",
                  "email": "ada@customer.example"
                },
                "answers": [
                  {
                    "question": "q_score",
                    "label": "How likely are you to recommend us?",
                    "kind": "nps",
                    "value": 9
                  },
                  {
                    "question": "q_why",
                    "label": "Why?",
                    "kind": "text",
                    "value": "Quick and friendly."
                  }
                ],
                "started_at": "2026-11-21T10:00:00.000Z",
                "completed_at": "2026-11-21T10:01:12.000Z",
                "language": "en"
              }
            }
            """#
        case .approvalRequested:
            #"""
            {
              "approval": {
                "id": "apr_01kbfwtz2etwfvdzc22ggfdetg",
                "title": "Deploy 4.2.0 to production?",
                "body": "Pipeline **1881**, 14 commits since 4.1.9.",
                "state": "pending",
                "buttons": [
                  {
                    "key": "approve",
                    "label": "Approve"
                  },
                  {
                    "key": "reject",
                    "label": "Reject"
                  }
                ],
                "quorum": 1,
                "decisions": [],
                "requested_by": {
                  "kind": "token",
                  "id": "tok_01kb9m3m7s2zr5vdanjymtdhns",
                  "name": "ci"
                },
                "conversation": "local:deployments/4.2.0",
                "expires_at": "2026-11-21T09:30:00.000Z",
                "created_at": "2026-11-21T08:30:00.000Z",
                "decided_at": null
              }
            }
            """#
        case .approvalDecided:
            #"""
            {
              "approval": {
                "id": "apr_01kbfwtz2etwfvdzc22ggfdetg",
                "title": "Deploy 4.2.0 to production?",
                "body": "Pipeline **1881**, 14 commits since 4.1.9.",
                "state": "approve",
                "buttons": [
                  {
                    "key": "approve",
                    "label": "Approve"
                  },
                  {
                    "key": "reject",
                    "label": "Reject"
                  }
                ],
                "quorum": 1,
                "decisions": [
                  {
                    "button": "approve",
                    "by": {
                      "id": "usr_01kbvwaekg252xhyn9c4tcwhbp",
                      "name": "Grace Murray",
                      "email": "grace@example.org"
                    },
                    "at": "2026-11-21T08:34:10.000Z",
                    "comment": "Checked with QA."
                  }
                ],
                "requested_by": {
                  "kind": "token",
                  "id": "tok_01kb9m3m7s2zr5vdanjymtdhns",
                  "name": "ci"
                },
                "conversation": "local:deployments/4.2.0",
                "expires_at": "2026-11-21T09:30:00.000Z",
                "created_at": "2026-11-21T08:30:00.000Z",
                "decided_at": "2026-11-21T08:34:10.000Z"
              },
              "previous": {
                "state": "pending"
              }
            }
            """#
        case .approvalExpired:
            #"""
            {
              "approval": {
                "id": "apr_01kbfwtz2etwfvdzc22ggfdetg",
                "title": "Deploy 4.2.0 to production?",
                "body": "Pipeline **1881**, 14 commits since 4.1.9.",
                "state": "expired",
                "buttons": [
                  {
                    "key": "approve",
                    "label": "Approve"
                  },
                  {
                    "key": "reject",
                    "label": "Reject"
                  }
                ],
                "quorum": 1,
                "decisions": [],
                "requested_by": {
                  "kind": "token",
                  "id": "tok_01kb9m3m7s2zr5vdanjymtdhns",
                  "name": "ci"
                },
                "conversation": "local:deployments/4.2.0",
                "expires_at": "2026-11-21T09:30:00.000Z",
                "created_at": "2026-11-21T08:30:00.000Z",
                "decided_at": "2026-11-21T09:30:00.000Z"
              },
              "previous": {
                "state": "pending"
              }
            }
            """#
        case .approvalCancelled:
            #"""
            {
              "approval": {
                "id": "apr_01kbfwtz2etwfvdzc22ggfdetg",
                "title": "Deploy 4.2.0 to production?",
                "body": "Pipeline **1881**, 14 commits since 4.1.9.",
                "state": "cancelled",
                "buttons": [
                  {
                    "key": "approve",
                    "label": "Approve"
                  },
                  {
                    "key": "reject",
                    "label": "Reject"
                  }
                ],
                "quorum": 1,
                "decisions": [],
                "requested_by": {
                  "kind": "token",
                  "id": "tok_01kb9m3m7s2zr5vdanjymtdhns",
                  "name": "ci"
                },
                "conversation": "local:deployments/4.2.0",
                "expires_at": "2026-11-21T09:30:00.000Z",
                "created_at": "2026-11-21T08:30:00.000Z",
                "decided_at": "2026-11-21T08:40:00.000Z"
              },
              "previous": {
                "state": "pending"
              },
              "actor": {
                "kind": "token",
                "id": "tok_01kb9m3m7s2zr5vdanjymtdhns",
                "name": "ci"
              }
            }
            """#
        case .conversationCreated:
            #"""
            {
              "conversation": {
                "id": "stm_01kbz4hc2s8h3axysrd0da0g7s",
                "kind": "stream",
                "address": "local:incidents",
                "name": "incidents",
                "description": "What is broken now",
                "archived": false,
                "created_at": "2026-11-21T08:30:00.000Z"
              },
              "actor": {
                "kind": "person",
                "id": "usr_01kbvwaekg252xhyn9c4tcwhbp",
                "name": "Grace Murray"
              }
            }
            """#
        case .conversationArchived:
            #"""
            {
              "conversation": {
                "id": "stm_01kbz4hc2s8h3axysrd0da0g7s",
                "kind": "stream",
                "address": "local:incidents",
                "name": "incidents",
                "description": "What is broken now",
                "archived": true,
                "created_at": "2026-11-21T08:30:00.000Z"
              },
              "previous": {
                "archived": false
              },
              "actor": {
                "kind": "person",
                "id": "usr_01kbvwaekg252xhyn9c4tcwhbp",
                "name": "Grace Murray"
              }
            }
            """#
        case .messageCreated:
            #"""
            {
              "message": {
                "id": "msg_01kbre3canyw1527zg82q50kp4",
                "stream": "incidents",
                "topic": "db-7 slow",
                "sender": {
                  "kind": "source",
                  "name": "alertmanager"
                },
                "body": "**db-7** replies slowly: p99 is 4.2 s.",
                "severity": "warning",
                "created_at": "2026-11-21T08:30:00.000Z",
                "event_id": "evt_01kb5xrdkrezs647qvtw4ckyv7"
              }
            }
            """#
        case .messageButtonClicked:
            #"""
            {
              "message": {
                "id": "msg_01kbre3canyw1527zg82q50kp4",
                "stream": "incidents",
                "topic": "db-7 slow"
              },
              "button": {
                "key": "ack",
                "label": "I have it",
                "value": "db-7"
              },
              "person": {
                "id": "usr_01kbvwaekg252xhyn9c4tcwhbp",
                "name": "Grace Murray",
                "email": "grace@example.org"
              },
              "clicked_at": "2026-11-21T08:31:05.000Z"
            }
            """#
        case .transcriptIngested:
            #"""
            {
              "transcript": {
                "id": "trn_01kbkjdvmbd1yvhnttmdgh51sg",
                "source": "assistant",
                "session_id": "sess-8841",
                "title": "Refund policy",
                "origin": "chatgpt",
                "messages": 12,
                "labels": [
                  "refund"
                ],
                "links": 1,
                "attachments": 0,
                "created_at": "2026-11-21T08:30:00.000Z",
                "updated_at": "2026-11-21T08:33:00.000Z"
              },
              "new_messages": 2,
              "changed_messages": 0,
              "previous": {
                "messages": 10,
                "labels": []
              }
            }
            """#
        case .sourceEventReceived:
            #"""
            {
              "event": {
                "id": "evt_01kbj8m5a5dgdz7n0xda5f67mj",
                "type": "push",
                "external_id": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
                "source": "github",
                "integration": "github",
                "received_at": "2026-11-21T08:30:00.000Z"
              },
              "summary": "octo pushed 2 commits to main",
              "data": {
                "ref": "refs/heads/main",
                "repository": {
                  "full_name": "octo/hello"
                }
              }
            }
            """#
        case .endpointDisabled:
            #"""
            {
              "endpoint": {
                "id": "end_01kbeksfzekqemwssmjwt0gbxq",
                "name": "Billing",
                "url_origin": "https://billing.example.org",
                "customer": "cus_01kbcakjq5nrfbfyh5k0jkctvj"
              },
              "reason": "failures",
              "failures_in_row": 10,
              "last_error": "refused",
              "held_deliveries": 318,
              "disabled_at": "2026-11-21T09:06:00.000Z"
            }
            """#
        case .endpointRecovered:
            #"""
            {
              "endpoint": {
                "id": "end_01kbeksfzekqemwssmjwt0gbxq",
                "name": "Billing",
                "url_origin": "https://billing.example.org",
                "customer": "cus_01kbcakjq5nrfbfyh5k0jkctvj"
              },
              "by": "probe",
              "held_deliveries": 318,
              "recovered_at": "2026-11-21T12:00:00.000Z"
            }
            """#
        case .deliveryExhausted:
            #"""
            {
              "delivery": {
                "id": "dlv_01kbg1fa6d2m57h3jb9t85q09t",
                "uuid": "019a9f0c-7d1e-7c55-9a3b-0d6a4c1e2f70",
                "event_id": "evt_01kb9dky4raagsksnar3v1h1k9",
                "event_type": "ticket.created",
                "attempts": 7,
                "last_attempt": {
                  "at": "2026-11-21T11:12:41.000Z",
                  "error": "status.5xx",
                  "status": 503,
                  "duration_ms": 212
                }
              },
              "endpoint": {
                "id": "end_01kbeksfzekqemwssmjwt0gbxq",
                "name": "Billing",
                "url_origin": "https://billing.example.org",
                "customer": "cus_01kbcakjq5nrfbfyh5k0jkctvj"
              }
            }
            """#
        }
    }
}
