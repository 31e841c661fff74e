"""Names, jobs and telephone numbers for people who do not exist."""

from collections.abc import Mapping, Sequence
from random import Random

Names = tuple[Sequence[str], Sequence[str]]


def _names(first_names: str, last_names: str) -> Names:
    """From words; a name of two words is written with an underscore."""
    return first_names.split(), [each.replace("_", " ") for each in last_names.split()]


GERMAN = _names(
    "Anna Lena Sophie Katharina Julia Sabine Petra Monika Claudia Birgit Heike Franziska Jana Miriam Ursula "
    "Thomas Michael Stefan Andreas Jürgen Klaus Markus Jan Lukas Felix Sebastian Dirk Wolfgang Matthias Björn",
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Koch Bauer Richter Klein Wolf "
    "Schröder Neumann Schwarz Zimmermann Braun Krüger Hartmann Lange Schmitt Werner Krause Lehmann Köhler "
    "Herrmann König Walter Maier Fuchs Kaiser Lang Weiß Jung Hahn Vogel Keller Günther Yılmaz Kowalski",
)
ENGLISH = _names(
    "Emily Grace Olivia Hannah Rachel Megan Priya Aisha James Oliver Jack Daniel Ryan Marcus Andrew Tyrone",
    "Smith Jones Taylor Brown Evans Walker Wright Thompson O'Brien MacLeod Johnson Patel Rivera Nguyen Carter",
)
FRENCH = _names(
    "Camille Élodie Chloé Margaux Amélie Julien Nicolas Antoine Mathieu François",
    "Martin Bernard Dubois Lefèvre Moreau Girard Rousseau Fontaine Chevalier Benali",
)
ITALIAN = _names(
    "Giulia Chiara Francesca Elisa Marco Luca Matteo Alessandro Davide Paolo",
    "Rossi Bianchi Ferrari Romano Colombo Ricci Greco Conti De_Luca Marchetti",
)
SPANISH = _names(
    "Lucía Carmen Marta Elena Itziar Javier Álvaro Pablo Sergio Iñaki",
    "García Fernández López Martínez Sánchez Etxeberria Ruiz Navarro Ortega Muñoz",
)
POLISH = _names(
    "Agnieszka Katarzyna Małgorzata Zofia Piotr Krzysztof Paweł Łukasz Tomasz Jakub",
    "Nowak Wiśniewski Wójcik Kamiński Lewandowski Zieliński Szymański Dąbrowski Mazur Król",
)
DUTCH = _names(
    "Sanne Femke Anouk Lotte Daan Bram Sven Jeroen Maarten Willem",
    "de_Vries Jansen Bakker Visser van_Dijk Smit Meijer de_Boer Mulder Hendriks",
)
SWEDISH = _names(
    "Elsa Astrid Ingrid Maja Erik Lars Gustav Oskar Nils Åke",
    "Andersson Johansson Lindqvist Nyström Bergström Åkesson Sjöberg Öberg Ekström Holm",
)
TURKISH = _names(
    "Ayşe Zeynep Elif Selin Mehmet Mustafa Emre Burak Çağlar Ozan",
    "Yılmaz Kaya Demir Şahin Çelik Yıldız Öztürk Aydın Arslan Doğan",
)
JAPANESE = _names(
    "Yuki Haruka Sakura Aiko Hiroshi Kenji Takumi Daichi Satoshi Ryo",
    "Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Mori",
)
ARABIC = _names(
    "Fatima Maryam Noura Huda Ahmed Omar Khalid Yousef Tariq Hassan",
    "Al-Mansoori Haddad Khoury Al-Farsi Nasser Rahman Aziz Saleh Darwish Qasim",
)

NAMES_OF: Mapping[str, Names] = {
    "Germany": GERMAN,
    "Austria": GERMAN,
    "Switzerland": GERMAN,
    "United Kingdom": ENGLISH,
    "United States": ENGLISH,
    "France": FRENCH,
    "Italy": ITALIAN,
    "Spain": SPANISH,
    "Poland": POLISH,
    "Netherlands": DUTCH,
    "Sweden": SWEDISH,
    "Türkiye": TURKISH,
    "Japan": JAPANESE,
    "United Arab Emirates": ARABIC,
}

JOBS_GERMAN = (
    "Leitung Einkauf",
    "Strategischer Einkauf",
    "Geschäftsführung",
    "Produktionsleitung",
    "Konstruktion",
    "Fertigungsplanung",
    "Leitung Instandhaltung",
    "Qualitätsmanagement",
    "Assistenz der Geschäftsführung",
    "Marketingleitung",
    "IT-Leitung",
    "Controlling",
)
JOBS_ENGLISH = (
    "Head of Purchasing",
    "Buyer",
    "Managing Director",
    "Plant Manager",
    "Design Engineer",
    "Production Planner",
    "Maintenance Lead",
    "Quality Manager",
    "Executive Assistant",
    "Marketing Manager",
    "CIO",
    "Financial Controller",
)

# Number ranges that the regulators keep free for films and examples: of a city, where it has one, else of the country.
FICTIONAL_NUMBERS: Mapping[str, str] = {
    "Berlin": "+49 30 23125 {:03d}",
    "Hamburg": "+49 40 66969 {:03d}",
    "Frankfurt": "+49 69 90009 {:03d}",
    "München": "+49 89 99998 {:03d}",
    "Germany": "+49 171 39200 {:02d}",
    "Leeds": "+44 113 496 0{:03d}",
    "Bristol": "+44 117 496 0{:03d}",
    "Sheffield": "+44 114 496 0{:03d}",
    "Glasgow": "+44 141 496 0{:03d}",
    "Chicago": "+1 312 555 01{:02d}",
    "Milwaukee": "+1 414 555 01{:02d}",
    "Phoenix": "+1 602 555 01{:02d}",
    "Houston": "+1 713 555 01{:02d}",
    "Portland": "+1 503 555 01{:02d}",
    "France": "+33 1 99 00 {:02d} 45",
}

IN_ASCII = str.maketrans(
    dict(zip("äöüß' ", ("ae", "oe", "ue", "ss", "", ""), strict=True))
    | dict(zip("éèëçñåáúíóøłśźżńąęćışğ", "eeecnaauioolszznaecisg", strict=True))
)


def full_name(random: Random, country: str) -> tuple[str, str]:
    first_names, last_names = NAMES_OF[country]
    return random.choice(first_names), random.choice(last_names)


def job(random: Random, country: str) -> str:
    return random.choice(JOBS_GERMAN if NAMES_OF[country] is GERMAN else JOBS_ENGLISH)


def phone(random: Random, city: str, country: str) -> str:
    """Empty where no range is kept free, and for one in four."""
    pattern = FICTIONAL_NUMBERS.get(city) or FICTIONAL_NUMBERS.get(country, "")
    return pattern.format(random.randrange(100)) if pattern and random.random() > 0.25 else ""


def local_part(first: str, last: str) -> str:
    return f"{first}.{last}".lower().translate(IN_ASCII)
