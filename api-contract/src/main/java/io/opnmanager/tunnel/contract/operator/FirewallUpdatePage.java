package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;

/**
 * One page of firewalls and how it stands with their updates, by name.
 *
 * @param items this page
 * @param page its number from 0
 * @param size how many a page has at the most
 * @param total how many there are on all pages
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FirewallUpdatePage(List<FirewallUpdate> items, int page, int size, long total) {}
