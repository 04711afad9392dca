terraform {
  required_version = ">= 1.8"

  required_providers {
    digitalocean = {
      source  = "digitalocean/digitalocean"
      version = "~> 2.67"
    }
  }
}

# The token comes from DIGITALOCEAN_TOKEN.
provider "digitalocean" {}
