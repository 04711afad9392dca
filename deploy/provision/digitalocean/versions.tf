terraform {
  # The validation of alert_email looks at another variable.
  required_version = ">= 1.9"

  required_providers {
    digitalocean = {
      source  = "digitalocean/digitalocean"
      version = "~> 2.67"
    }
  }
}

# The token comes from DIGITALOCEAN_ACCESS_TOKEN, which doctl reads, too.
provider "digitalocean" {}
