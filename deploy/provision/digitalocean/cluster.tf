data "digitalocean_kubernetes_versions" "current" {
  version_prefix = "1.34."
}

resource "digitalocean_vpc" "this" {
  name   = var.name
  region = var.region
}

resource "digitalocean_container_registry" "this" {
  name                   = var.name
  region                 = var.region
  subscription_tier_slug = var.registry_tier
}

resource "digitalocean_kubernetes_cluster" "this" {
  name     = var.name
  region   = var.region
  version  = data.digitalocean_kubernetes_versions.current.latest_version
  vpc_uuid = digitalocean_vpc.this.id

  # Patches are installed automatically. Each old node is removed only when its new node is ready.
  auto_upgrade         = true
  surge_upgrade        = true
  registry_integration = true

  maintenance_policy {
    day        = "tuesday"
    start_time = "04:00"
  }

  node_pool {
    name       = "workers"
    size       = var.node_size
    auto_scale = true
    min_nodes  = 2
    max_nodes  = 4
  }

  # Automatic upgrades change the version, and a plan must not change it back.
  lifecycle {
    ignore_changes = [version]
  }

  depends_on = [digitalocean_container_registry.this]
}
