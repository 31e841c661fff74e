"""Sixty companies that do not exist, on domains that nobody can register."""

from typing import NamedTuple


class Company(NamedTuple):
    """The domain is `stem`.example; `country` also decides how its people are called."""

    name: str
    stem: str
    city: str
    country: str
    industry: str
    employees: int


COMPANIES = tuple(
    Company(*row)
    for row in (
        ("Musterfirma GmbH", "musterfirma", "Berlin", "Germany", "Machinery", 420),
        ("Hofmann Blechtechnik GmbH & Co. KG", "hofmann-blech", "Stuttgart", "Germany", "Metal working", 180),
        ("Acme Inc.", "acme", "Chicago", "United States", "Industrial supplies", 5200),
        ("Krüger & Söhne KG", "krueger-soehne", "Hamburg", "Germany", "Shipbuilding", 95),
        ("Elbtal Antriebe AG", "elbtal-antriebe", "Dresden", "Germany", "Drives", 760),
        ("Bergmann Präzision GmbH", "bergmann-praezision", "Augsburg", "Germany", "Metal working", 64),
        ("Rheinstahl Service GmbH", "rheinstahl-service", "Duisburg", "Germany", "Steel", 1340),
        ("Schwarzwald Sensorik GmbH", "sw-sensorik", "Freiburg", "Germany", "Sensors", 210),
        ("Isar Robotics GmbH", "isar-robotics", "München", "Germany", "Automation", 130),
        ("Nordlicht Windkraft AG", "nordlicht-wind", "Bremen", "Germany", "Energy", 890),
        ("Vogel Verpackungen GmbH", "vogel-verpackungen", "Bielefeld", "Germany", "Packaging", 310),
        ("Thüringer Optikwerke GmbH", "thueringer-optik", "Jena", "Germany", "Optics", 540),
        ("Maschinenbau Lindner GmbH", "mb-lindner", "Chemnitz", "Germany", "Machinery", 88),
        ("Weserkran GmbH", "weserkran", "Minden", "Germany", "Cranes", 150),
        ("Fuchs Pumpen GmbH", "fuchs-pumpen", "Frankfurt", "Germany", "Pumps", 275),
        ("Saale Guss GmbH", "saale-guss", "Halle", "Germany", "Foundry", 120),
        ("Kessler Fördertechnik GmbH", "kessler-foerder", "Ulm", "Germany", "Conveyors", 98),
        ("Oderbruch Agrartechnik eG", "oderbruch-agrar", "Frankfurt (Oder)", "Germany", "Farm machinery", 70),
        ("Pfalz Laser GmbH", "pfalz-laser", "Kaiserslautern", "Germany", "Laser cutting", 55),
        ("Harz Werkzeuge GmbH", "harz-werkzeuge", "Goslar", "Germany", "Tools", 140),
        ("Ostsee Yachtbau GmbH", "ostsee-yachtbau", "Rostock", "Germany", "Shipbuilding", 60),
        ("Donau Dichtungen GmbH", "donau-dichtungen", "Regensburg", "Germany", "Seals", 230),
        ("Ruhr Logistik Systeme GmbH", "ruhr-logistik", "Dortmund", "Germany", "Logistics", 470),
        ("Zeppelinfeld Drohnen GmbH", "zf-drohnen", "Nürnberg", "Germany", "Aerospace", 45),
        ("Spree Medizintechnik AG", "spree-med", "Cottbus", "Germany", "Medical devices", 380),
        ("Eifel Naturstein GmbH", "eifel-naturstein", "Mayen", "Germany", "Building materials", 35),
        ("Alpen Seilbahnen AG", "alpen-seilbahnen", "Innsbruck", "Austria", "Ropeways", 330),
        ("Wiener Feinmechanik GmbH", "wiener-feinmechanik", "Wien", "Austria", "Metal working", 75),
        ("Tauern Turbinen GmbH", "tauern-turbinen", "Salzburg", "Austria", "Energy", 190),
        ("Mur Elektronik GmbH", "mur-elektronik", "Graz", "Austria", "Electronics", 260),
        ("Aare Uhrenwerke AG", "aare-uhren", "Biel", "Switzerland", "Watches", 410),
        ("Limmat Waagen AG", "limmat-waagen", "Zürich", "Switzerland", "Scales", 85),
        ("Rigi Textilmaschinen AG", "rigi-textil", "Luzern", "Switzerland", "Textile machinery", 160),
        ("Jura Mikrotechnik SA", "jura-mikro", "Delémont", "Switzerland", "Micro mechanics", 50),
        ("Northgate Engineering Ltd", "northgate-eng", "Leeds", "United Kingdom", "Engineering", 340),
        ("Severn Castings plc", "severn-castings", "Bristol", "United Kingdom", "Foundry", 600),
        ("Pennine Plastics Ltd", "pennine-plastics", "Sheffield", "United Kingdom", "Plastics", 125),
        ("Clyde Marine Systems Ltd", "clyde-marine", "Glasgow", "United Kingdom", "Shipbuilding", 480),
        ("Great Lakes Presses LLC", "greatlakes-presses", "Milwaukee", "United States", "Machinery", 220),
        ("Red Mesa Solar Inc.", "redmesa-solar", "Phoenix", "United States", "Energy", 150),
        ("Bayou Valves Corp.", "bayou-valves", "Houston", "United States", "Valves", 900),
        ("Cascade Sheet Metal Co.", "cascade-metal", "Portland", "United States", "Metal working", 65),
        ("Ateliers du Rhône SAS", "ateliers-rhone", "Lyon", "France", "Machinery", 280),
        ("Mécanique Lemaire SARL", "lemaire-meca", "Lille", "France", "Metal working", 40),
        ("Aéro Garonne SA", "aero-garonne", "Toulouse", "France", "Aerospace", 1100),
        ("Officine Bellini S.p.A.", "officine-bellini", "Bologna", "Italy", "Packaging machinery", 370),
        ("Marmi Carrari S.r.l.", "marmi-carrari", "Carrara", "Italy", "Building materials", 30),
        ("Torino Stampi S.r.l.", "torino-stampi", "Torino", "Italy", "Moulds", 115),
        ("Talleres Iturbe S.A.", "talleres-iturbe", "Bilbao", "Spain", "Machinery", 205),
        ("Cerámicas del Turia S.L.", "ceramicas-turia", "Valencia", "Spain", "Ceramics", 90),
        ("Wisła Konstrukcje Sp. z o.o.", "wisla-konstrukcje", "Kraków", "Poland", "Steel construction", 260),
        ("Bałtyk Stocznia S.A.", "baltyk-stocznia", "Gdańsk", "Poland", "Shipbuilding", 820),
        ("Waal Transportbanden B.V.", "waal-banden", "Nijmegen", "Netherlands", "Conveyors", 110),
        ("Maas Precisie B.V.", "maas-precisie", "Eindhoven", "Netherlands", "Micro mechanics", 145),
        ("Mälaren Verkstad AB", "malaren-verkstad", "Västerås", "Sweden", "Machinery", 300),
        ("Fjäll Bergborr AB", "fjall-bergborr", "Kiruna", "Sweden", "Mining equipment", 240),
        ("Anadolu Makina A.Ş.", "anadolu-makina", "Bursa", "Türkiye", "Machinery", 530),
        ("Ege Döküm Ltd. Şti.", "ege-dokum", "İzmir", "Türkiye", "Foundry", 170),
        ("Yamakawa Seiki K.K.", "yamakawa-seiki", "Nagoya", "Japan", "Machine tools", 640),
        ("Gulf Crane Services LLC", "gulf-crane", "Dubai", "United Arab Emirates", "Cranes", 200),
    )
)
