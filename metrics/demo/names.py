"""Invented people and companies of several countries. Addresses end in .example, which nobody can own."""

import re
import unicodedata

FIRST = {
    "ES": "Lucía Marta Carmen Elena Pablo Javier Álvaro Sergio Nuria Irene Diego Rubén",
    "PT": "Inês Beatriz Mariana Tiago Rui Gonçalo Sofia Duarte",
    "FR": "Camille Chloé Manon Julien Théo Antoine Élodie Mathieu Solène Bastien",
    "BE": "Noor Lotte Wout Jonas Amélie Maxime",
    "DE": "Anke Jana Katrin Lukas Jonas Felix Svenja Matthias Heike Torsten",
    "AT": "Verena Magdalena Florian Stefan Johanna Gregor",
    "IT": "Giulia Chiara Francesca Lorenzo Matteo Davide Elisa Fabio",
    "NL": "Femke Sanne Daan Bram Maartje Ruben",
    "GB": "Harriet Imogen Callum Oliver Priya Gareth",
}
LAST = {
    "ES": "Almaraz Beltrán Cifuentes Ferrer Galdeano Ibarra Montero Olmedo Quiroga Robledo Santamaría Urrutia Valdés Zamora",
    "PT": "Moreira Nogueira Teixeira Carvalhal Pimenta Seabra Valadares Quintela",
    "FR": "Morel Lacombe Vasseur Delaunay Bertin Chauvet Fournel Garnier Perrin Roussel Tessier Vidal",
    "BE": "Peeters Claes Verhulst Lambotte Renard Goossens",
    "DE": "Lindner Brandt Krüger Vogel Seidel Hartwig Reinders Böhme Kessler Albers Thiel Wagenknecht",
    "AT": "Hofstätter Gruber Leitner Pichler Wallner Steinbach",
    "IT": "Conti Ferraris Marchetti Rinaldi Bellini Santoro Galli Moretti",
    "NL": "Hoekstra Dijkman Visser Terpstra Brouwer Kuipers",
    "GB": "Hartley Ashworth Pemberton Fairclough Lockwood Whitmore",
}
TRADES = {
    "ES": "Almacenes {} | Ferretería {} | Suministros {} | Bodegas {} | Distribuciones {} | Recambios {} | Librerías {}",
    "PT": "Armazéns {} | Ferragens {} | Distribuidora {} | Cortiças {} | Conservas {} | Papelarias {}",
    "FR": "Quincaillerie {} | Entrepôts {} | Grossiste {} | {} Distribution | Caves {} | Pièces {} | {} Frères",
    "BE": "{} Logistics | Brasserie {} | Groothandel {} | {} & Fils | Dépôt {}",
    "DE": "Großhandel {} | Baustoffe {} | {} Lagertechnik | Werkzeug {} | Getränke {} | {} Logistik | Autoteile {}",
    "AT": "Sporthaus {} | {} Holz | Eisenwaren {} | Weinhandel {} | {} Lager",
    "IT": "Magazzini {} | Ricambi {} | Utensileria {} | {} Forniture | Cantine {} | Tessuti {}",
    "NL": "{} Groothandel | Fietsen {} | {} Techniek | Bloemen {} | {} Opslag",
    "GB": "{} Wholesale | {} & Sons | {} Supplies | {} Cycles | {} Storage",
}
CITIES = {
    "ES": "Madrid Valencia Zaragoza Bilbao Sevilla Vigo",
    "PT": "Porto Braga Aveiro",
    "FR": "Lyon Nantes Lille Toulouse Rennes",
    "BE": "Gent Liège Antwerpen",
    "DE": "Hamburg Leipzig Köln Nürnberg Bremen",
    "AT": "Linz Graz Wien",
    "IT": "Torino Bologna Verona",
    "NL": "Utrecht Eindhoven Groningen",
    "GB": "Leeds Bristol Norwich",
}
PHONE = {"ES": 34, "PT": 351, "FR": 33, "BE": 32, "DE": 49, "AT": 43, "IT": 39, "NL": 31, "GB": 44}
TITLES = {
    "Warehouse manager": 5,
    "Operations manager": 5,
    "Owner": 4,
    "Head of logistics": 4,
    "Purchasing": 3,
    "Financial director": 2,
    "IT manager": 2,
    "Intern": 1,
}
INDUSTRIES = {"Wholesale": 6, "Retail": 5, "Food and drink": 3, "Building supplies": 3, "Car parts": 2, "Logistics": 3}
MARKETS = {"ES": 30, "PT": 8, "FR": 18, "BE": 6, "DE": 18, "AT": 5, "IT": 7, "NL": 6, "GB": 4}


class Names:
    """Draws people and companies; a company's name is never drawn twice."""

    def __init__(self, agenda):
        self.agenda = agenda
        self._taken = set()

    def country(self):
        return self.agenda.pick(MARKETS)

    def person(self, country):
        choose = self.agenda.random.choice
        return f"{choose(FIRST[country].split())} {choose(LAST[country].split())}"

    def company(self, country):
        choose = self.agenda.random.choice
        trades, names = TRADES[country].split(" | "), LAST[country].split()
        for attempt in range(60):
            town = f" {choose(CITIES[country].split())}" if attempt > 8 else ""
            second = f"-{choose(names)}" if attempt > 25 else ""
            name = choose(trades).format(choose(names) + second) + town
            if name not in self._taken:
                break
        self._taken.add(name)
        return name

    def address(self, person, company):
        return f"{slug(person, '.')}@{slug(company, '-')}.example"

    def phone(self, country):
        return f"+{PHONE[country]} {self.agenda.random.randrange(600_000_000, 799_999_999)}"

    def city(self, country):
        return self.agenda.random.choice(CITIES[country].split())


def slug(text, joint):
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", joint, plain).strip(joint)
