terraform {
  # Since 1.9, a validation (here that of alert_email) can read another variable.
  required_version = ">= 1.9"

  required_providers {
    digitalocean = {
      source  = "digitalocean/digitalocean"
      version = "~> 2.67"
    }
  }
}

# The provider and doctl read the token from DIGITALOCEAN_ACCESS_TOKEN.
provider "digitalocean" {}
