# GET /health answers from the caches, so an outage of SHOUTCLOUD causes no alert.
resource "digitalocean_uptime_check" "health" {
  count   = var.domain == "" ? 0 : 1
  name    = var.name
  type    = "https"
  target  = "https://${var.domain}/health"
  regions = ["eu_west", "us_east", "se_asia"]
}

resource "digitalocean_uptime_alert" "down" {
  count    = var.domain == "" ? 0 : 1
  name     = "${var.name} is down"
  check_id = digitalocean_uptime_check.health[0].id
  type     = "down_global"
  period   = "2m"

  notifications {
    email = [var.alert_email]
  }
}

resource "digitalocean_uptime_alert" "certificate" {
  count      = var.domain == "" ? 0 : 1
  name       = "${var.name}: the certificate ends in less than 7 days"
  check_id   = digitalocean_uptime_check.health[0].id
  type       = "ssl_expiry"
  comparison = "less_than"
  threshold  = 7
  period     = "1h"

  notifications {
    email = [var.alert_email]
  }
}
