# Tests for `tofu test`. The provider is a mock, so they need no account. They
# do not find mistakes that only DigitalOcean itself would report.
mock_provider "digitalocean" {}

run "without_a_domain_nothing_is_checked_from_outside" {
  command = plan

  assert {
    condition     = length(digitalocean_uptime_check.health) == 0
    error_message = "There is an uptime check without a domain."
  }
}

run "with_a_domain_its_health_is_checked_and_somebody_is_told" {
  command = plan

  variables {
    domain      = "shout.example"
    alert_email = "ops@shout.example"
  }

  assert {
    condition     = digitalocean_uptime_check.health[0].target == "https://shout.example/health"
    error_message = "The uptime check asks another address."
  }

  assert {
    condition     = contains(digitalocean_uptime_alert.down[0].notifications[0].email, "ops@shout.example")
    error_message = "No one is notified that the service is down."
  }
}

run "a_domain_needs_somebody_to_tell" {
  command = plan

  variables {
    domain = "shout.example"
  }

  expect_failures = [var.alert_email]
}

run "a_name_is_one_that_digitalocean_takes" {
  command = plan

  variables {
    name = "Shout it"
  }

  expect_failures = [var.name]
}

run "the_cluster_grows_and_its_valkey_is_private" {
  command = plan

  assert {
    condition     = digitalocean_kubernetes_cluster.this.node_pool[0].min_nodes < digitalocean_kubernetes_cluster.this.node_pool[0].max_nodes
    error_message = "The pool of nodes cannot grow."
  }

  assert {
    condition     = one(digitalocean_database_firewall.valkey.rule).type == "k8s"
    error_message = "Valkey can be reached from outside the cluster."
  }
}
