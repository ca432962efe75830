"""Room: maps. A release as a folium map, and the one offline page around it."""
